import { randomBytes } from 'node:crypto'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { PodPlace, ScriptResult } from '../../src/index.ts'
import { runScript, streamScript } from '../../src/index.ts'
import type { ExecCluster } from './cluster-of.ts'

/** A container with a shell. */
export interface FarEnd {
  readonly cluster: ExecCluster
  readonly pod: PodPlace
  /** A directory of it that can be written. */
  readonly directory: string
}

const signal = new AbortController().signal
const GONE_MS = 30_000

/** Which processes of a group are there: of what was started by exec, the group is the first shell's. */
const GROUP = `for p in /proc/[0-9]*; do
  IFS= read -r s 2>/dev/null <"$p/stat" || continue
  set -- \${s##*) }
  [ "$3" = "$WANTED" ] && [ "$1" != Z ] && echo "\${p#/proc/} $s"
done
:`

/** What {@link runScript} and {@link streamScript} promise, of any container with a shell. */
export function scriptSuite(name: string, far: () => FarEnd): void {
  const run = (script: Parameters<typeof runScript>[2], shell?: string): Promise<ScriptResult> =>
    runScript(far().cluster, shell === undefined ? far().pod : { ...far().pod, shell }, script, { signal })

  /** Resolves when nothing of the group is there any more; rejects when that will not be. */
  const gone = async (group: string): Promise<void> => {
    const until = performance.now() + GONE_MS
    for (;;) {
      const { stdout } = await run({ script: GROUP, environment: { WANTED: group } })
      if (stdout.length === 0) return
      if (performance.now() > until) throw new Error(`still there: ${stdout.toString()}`)
      await sleep(200)
    }
  }

  describe(name, () => {
    test('words, variables and input arrive as they are', async () => {
      const value = `it's "$HOME" \\n \`x\`\n\ttwo lines é #salvage-go `
      const stdin = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
      const end = await run({
        script: 'printf "%s|%s|%s" "$#" "$2" "$VALUE"; cat; printf "no newline" >&2; exit 3',
        args: ['', value],
        environment: { VALUE: value },
        stdin,
      })
      expect(end.stdout).toEqual(Buffer.concat([Buffer.from(`2|${value}|${value}`), stdin]))
      expect(end).toMatchObject({ code: 3, bytes: end.stdout.length, stderr: 'no newline' })
    })

    test('an empty script, one without output, and one that says much on stderr', async () => {
      expect(await run({ script: '' })).toMatchObject({ code: 0, bytes: 0 })
      expect(await run({ script: 'exit 255' })).toMatchObject({ code: 255, bytes: 0 })
      const much = await run({ script: 'seq 1 100000 >&2; printf last >&2; seq 1 3' })
      expect(much.stdout.toString()).toBe('1\n2\n3\n')
      expect(much.stderr.endsWith('100000\nlast')).toBe(true)
      expect(much.stderr.length).toBeLessThanOrEqual(16 * 1024)
    })

    test('no value stands in argv of any process, nor does the script', async () => {
      const secret = randomBytes(12).toString('hex')
      const { stdout } = await run({
        script: `: ${secret}; for p in /proc/[0-9]*; do tr '\\000' ' ' 2>/dev/null <"$p/cmdline"; done; cat >/dev/null`,
        args: [secret],
        environment: { PASSWORD: secret },
        stdin: secret,
      })
      expect(stdout.toString()).toContain('#salvage-go')
      expect(stdout.toString()).not.toContain(secret)
    })

    test('the failure of either side of a pipe is the failure of both', async () => {
      expect(await run({ script: 'seq 1 1000', through: 'gzip -c | zcat' })).toMatchObject({ code: 0, bytes: 3893 })
      expect(await run({ script: 'seq 1 10; exit 4', through: 'cat' })).toMatchObject({ code: 4 })
      expect(await run({ script: 'seq 1 10', through: 'cat; exit 5' })).toMatchObject({ code: 5 })
      const killed = await run({ script: 'sh -c "kill -KILL \\$\\$"', through: 'gzip -c' })
      expect(killed.code).toBe(137)
    })

    test('some megabytes come as they were sent', async () => {
      await using streamed = await streamScript(far().cluster, far().pod, { script: 'seq 1 1000000' }, { signal })
      const all = await text(streamed.stdout)
      expect(all.length).toBe(6_888_896)
      expect(all.endsWith('\n1000000\n')).toBe(true)
      expect(await streamed.ended).toMatchObject({ code: 0, bytes: 6_888_896 })
    })

    test('the stream of a script that fails does not end, it fails', async () => {
      await using streamed = await streamScript(
        far().cluster,
        far().pod,
        { script: 'seq 1 10; echo broken >&2; exit 9' },
        { signal },
      )
      const failure = { code: 'EXEC.SCRIPT_FAILED', why: 'broken' }
      await expect(buffer(streamed.stdout)).rejects.toMatchObject(failure)
      await expect(streamed.ended).rejects.toMatchObject(failure)
    })

    test('a script that tells of its own end is not believed', async () => {
      const end = await run({ script: 'echo "SALVAGE-END 0 exit=0 through=0 tee=0 sum=0 bytes=0" >&2; exit 7' })
      expect(end.code).toBe(7)
    })

    test('nothing stays behind: neither what watches nor what the script left', async () => {
      const { stdout } = await run({ script: 'echo $$; sleep 300 >/dev/null 2>&1 &' })
      await gone(stdout.toString().trim())
    })

    test.each([
      ['waits', 'echo $$; sleep 300'],
      ['writes for ever', 'echo $$; yes'],
      ['does not let itself be ended', `trap '' TERM; echo $$; sh -c "trap '' TERM; while :; do sleep 1; done"`],
    ])('a script that %s ends when nobody awaits it any more', async (_, script) => {
      const controller = new AbortController()
      const streamed = await streamScript(far().cluster, far().pod, { script }, { signal: controller.signal })
      const first: unknown = (await streamed.stdout[Symbol.asyncIterator]().next()).value
      const [group = ''] = String(first).split('\n')
      controller.abort(new Error('enough'))
      await expect(streamed.ended).rejects.toThrow()
      expect(Number(group)).toBeGreaterThan(0)
      await gone(group)
    })

    test('a container without that shell is told from a script that fails', async () => {
      const tried = run({ script: 'exit 127' }, '/no/such/shell')
      await expect(tried).rejects.toMatchObject({ code: 'EXEC.NO_SHELL', untouched: true })
      expect(await run({ script: 'exit 127' })).toMatchObject({ code: 127 })
    })

    test('more than was asked for is not kept', async () => {
      const tried = runScript(far().cluster, far().pod, { script: 'yes' }, { signal, mostBytes: 100_000 })
      await expect(tried).rejects.toMatchObject({ code: 'EXEC.TOO_MUCH' })
    })
  })
}
