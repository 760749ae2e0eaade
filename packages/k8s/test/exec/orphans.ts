import { expect, vi } from 'vitest'
import { holdInPod, runScript } from '../../src/index.ts'
import type { FarEnd } from './script-suite.ts'

const signal = new AbortController().signal

/** Names the dead that nobody has buried. */
const DEAD = `for p in /proc/[0-9]*; do
  IFS= read -r s 2>/dev/null <"$p/stat" || continue
  set -- \${s##*) }
  [ "$1" != Z ] || echo "$s"
done
:`

/** Scripts and holds leave nobody to bury in a container whose first process does not, and in which nothing else ran. */
export async function leavesNobody({ cluster, pod, directory }: FarEnd): Promise<void> {
  for (const script of ['seq 1 100000', 'exit 3', ':']) await runScript(cluster, pod, { script }, { signal })
  await runScript(cluster, pod, { script: 'seq 1 1000', through: 'gzip -c' }, { signal })
  const held = await holdInPod(cluster, pod, { id: 'orphans', directory, quiesce: ':', thaw: ':' }, { signal })
  expect(await held.release({ signal })).toEqual({ stood: true, code: 0 })
  // The holder ends after its last word.
  await vi.waitFor(
    async () => {
      const { stdout } = await runScript(cluster, pod, { script: DEAD }, { signal })
      expect(stdout.toString()).toBe('')
    },
    { timeout: 10_000 },
  )
}
