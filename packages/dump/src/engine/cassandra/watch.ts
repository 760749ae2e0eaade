import type { Watch } from '../../engine.ts'
import { tarWatch } from '../tar-watch.ts'

const MANIFEST = /(?:^|\/)manifest\.json$/

/** The snapshot of each table lists its files: all of them are there. */
export function snapshotWatch(): Watch {
  return tarWatch({
    keep: (path) => MANIFEST.test(path),
    verdict: ({ sizes, kept }) => {
      if (kept.size === 0) return 'there is no list of its files'
      for (const [path, list] of kept) {
        const files = filesIn(list.toString())
        if (files === undefined) return `the list ${path} is broken`
        const missing = files.find((file) => !sizes.has(path.replace(/manifest\.json$/, () => file)))
        if (missing !== undefined) return `the file ${missing} that ${path} lists is missing`
      }
      return undefined
    },
  })
}

function filesIn(text: string): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(text)
    if (typeof list !== 'object' || list === null || !('files' in list) || !Array.isArray(list.files)) return undefined
    return list.files.filter((file) => typeof file === 'string')
  } catch {
    return undefined
  }
}
