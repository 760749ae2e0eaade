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

/** Names whoever is there, dead or alive, but for the first process and what this is run by. */
const LEFT = `for p in /proc/[0-9]*; do
  IFS= read -r s 2>/dev/null <"$p/stat" || continue
  set -- \${s##*) }
  [ "$3" = $$ ] || [ "\${p#/proc/}" = 1 ] || echo "$s"
done
:`

/** What has shells of shells, on both sides of pipes, and does not end by itself. */
const LONG = [
  'sleep 300',
  'while :; do sleep 1; done',
  '{ { yes; echo 1; } | cat; echo 2; } | { cat; echo 3; } >/dev/null',
  'x=$( { sleep 300; echo 1; } | cat; echo 2 ); echo $x; sleep 300',
  'sh -c "sleep 300; exit 1"; sleep 300',
  'sleep 300 & sleep 300 | sleep 300 & wait',
  `trap 'sleep 0; exit 9' EXIT; ( sleep 300; echo 1 )`,
]

/** Scripts and holds that are given up in their middle leave nobody either: those who wait for others are not ended first. */
export async function endsInOrder({ cluster, pod, directory }: FarEnd, lose: () => void): Promise<void> {
  for (const script of LONG) {
    const stop = new AbortController()
    const id = `ended-${LONG.indexOf(script)}`
    const started = `: >${directory}/${id}; `
    const running = runScript(cluster, pod, { script: started + script, through: 'cat; cat' }, { signal: stop.signal })
    const holding = holdInPod(
      cluster,
      pod,
      { id, directory, quiesce: `: >${directory}/${id}.hold; ${script}`, thaw: ':' },
      { signal: stop.signal },
    )
    const ends = Promise.allSettled([running, holding])
    const there = `[ -e ${directory}/${id} ] && [ -e ${directory}/${id}.hold ]`
    await vi.waitUntil(async () => (await runScript(cluster, pod, { script: there }, { signal })).code === 0, 10_000)
    if (script === LONG[0]) lose()
    else stop.abort(new Error('enough'))
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  }
  await vi.waitFor(
    async () => {
      const { stdout } = await runScript(cluster, pod, { script: LEFT }, { signal })
      expect(stdout.toString()).toBe('')
    },
    { timeout: 12_000, interval: 500 },
  )
}

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
