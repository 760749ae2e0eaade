import type { Watch } from '../../engine.ts'
import { tarWatch } from '../tar-watch.ts'

/** A repository has a list of its snapshots, and for each of them what it is of and the state of the cluster. */
const NEEDED = [/^index-\d+$/, /^index\.latest$/, /^snap-[^/]+\.dat$/, /^meta-[^/]+\.dat$/]

/** The tar has its end, and what a repository with a snapshot has. */
export function snapshotWatch(): Watch {
  return tarWatch({
    keep: () => false,
    verdict: ({ sizes }) => {
      const paths = [...sizes].flatMap(([path, size]) => (size > 0 ? [path] : []))
      const missing = NEEDED.find((pattern) => !paths.some((path) => pattern.test(path)))
      return missing === undefined ? undefined : `a snapshot has a file ${missing.source}`
    },
  })
}
