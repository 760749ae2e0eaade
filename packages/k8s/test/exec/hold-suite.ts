import { randomBytes } from 'node:crypto'
import { Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { HoldScripts } from '../../src/index.ts'
import { holdInPod, runScript, thawedElsewhere } from '../../src/index.ts'
import type { FarEnd } from './script-suite.ts'

const signal = new AbortController().signal
const PATIENCE_MS = 12_000

/** What `holdInPod` and `thawedElsewhere` promise, of any container with a shell and a directory that can be written. */
export function holdSuite(name: string, far: () => FarEnd): void {
  const scripts = (more: Partial<HoldScripts> = {}): HoldScripts => ({
    id: randomBytes(6).toString('hex'),
    directory: far().directory,
    patienceMs: PATIENCE_MS,
    environment: { LOG: `${far().directory}/log-${randomBytes(6).toString('hex')}` },
    quiesce: 'echo $$ quiesced >>"$LOG"',
    thaw: 'echo $$ thawed >>"$LOG"',
    ...more,
  })
  const run = async (script: string, of: HoldScripts): Promise<string> => {
    const { environment = {}, id } = of
    const { stdout } = await runScript(
      far().cluster,
      far().pod,
      { script, environment: { ...environment, MARKER: `${far().directory}/.salvage-kit-${id}` } },
      { signal },
    )
    return stdout.toString()
  }
  const log = async (of: HoldScripts): Promise<readonly string[]> => {
    const lines = await run('[ ! -f "$LOG" ] || cat "$LOG"', of)
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace(/^\d+ /, ''))
  }
  const marker = (of: HoldScripts): Promise<string> => run('[ ! -d "$MARKER" ] || echo there', of)
  const { cluster, pod } = { cluster: () => far().cluster, pod: () => far().pod }

  describe(name, () => {
    test('holds, thaws once, and leaves nothing', async () => {
      const of = scripts()
      const held = await holdInPod(cluster(), pod(), of, { signal })
      expect(await log(of)).toEqual(['quiesced'])
      expect(await marker(of)).toBe('there\n')
      await sleep(PATIENCE_MS + 1000)
      expect(held.lost.aborted).toBe(false)
      expect(await log(of)).toEqual(['quiesced'])
      expect(await held.release({ signal })).toEqual({ stood: true, code: 0 })
      expect(await held.release({ signal })).toEqual({ stood: true, code: 0 })
      expect(await thawedElsewhere(cluster(), pod(), of, { signal })).toEqual({})
      expect(await log(of)).toEqual(['quiesced', 'thawed'])
      expect(await marker(of)).toBe('')
      expect(held.lost.aborted).toBe(false)
    })

    test('a quiesce that fails is undone', async () => {
      const of = scripts({ quiesce: 'echo half >>"$LOG"; echo no room >&2; exit 6' })
      await expect(holdInPod(cluster(), pod(), of, { signal })).rejects.toMatchObject({
        code: 'EXEC.QUIESCE_FAILED',
        why: 'no room It was thawed.',
      })
      expect(await log(of)).toEqual(['half', 'thawed'])
      expect(await marker(of)).toBe('')
    })

    test('what a quiesce that fails said is told, also when it is heard after its end', async () => {
      const of = scripts({ quiesce: 'nosuchprogram' })
      const late: FarEnd['cluster'] = {
        exec: async (request, options) => {
          const session = await cluster().exec(request, options)
          const stderr = session.stderr.pipe(
            new Transform({ transform: (chunk, _, done) => void setTimeout(done, 300, null, chunk) }),
          )
          return { ...session, stderr, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() }
        },
      }
      await expect(holdInPod(late, pod(), of, { signal })).rejects.toMatchObject({
        code: 'EXEC.QUIESCE_FAILED',
        why: expect.stringMatching(/nosuchprogram.*not found.* It was thawed\.$/s),
      })
    })

    test('a quiesce that is given up is ended, with all that it started, and undone', async () => {
      const of = scripts({
        quiesce: `trap '' TERM; echo half >>"$LOG"; sh -c "trap '' TERM; sleep 300; sleep 300"; sleep 300`,
      })
      const controller = new AbortController()
      const tried = holdInPod(cluster(), pod(), of, { signal: controller.signal })
      tried.catch(() => {})
      while ((await log(of)).length === 0) await sleep(50)
      controller.abort(new Error('enough'))
      await expect(tried).rejects.toThrow('enough')
      await thawedElsewhere(cluster(), pod(), of, { signal })
      expect(await log(of)).toEqual(['half', 'thawed'])
    })

    test('no second hold of the same name', async () => {
      const of = scripts()
      const held = await holdInPod(cluster(), pod(), of, { signal })
      const second = holdInPod(cluster(), pod(), of, { signal })
      await expect(second).rejects.toMatchObject({ code: 'EXEC.HELD', untouched: true })
      expect(await held.release({ signal })).toEqual({ stood: true, code: 0 })
      expect(await log(of)).toEqual(['quiesced', 'thawed'])
    })

    test('without a place for the marker nothing is touched', async () => {
      const of = scripts({ directory: '/proc' })
      const tried = holdInPod(cluster(), pod(), of, { signal })
      await expect(tried).rejects.toMatchObject({ code: 'EXEC.UNWRITABLE', untouched: true })
      expect(await log(of)).toEqual([])
    })

    test('a thaw that fails is told, and done again by who recovers', async () => {
      const of = scripts({ thaw: 'echo tried >>"$LOG"; [ -f "$LOG.mended" ] || { echo not mended >&2; false; }' })
      const held = await holdInPod(cluster(), pod(), of, { signal })
      expect(await held.release({ signal })).toEqual({ stood: true, code: 1 })
      expect(await marker(of)).toBe('there\n')
      expect(await thawedElsewhere(cluster(), pod(), of, { signal })).toEqual({ code: 1, stderr: 'not mended' })
      await run(': >"$LOG.mended"', of)
      expect(await thawedElsewhere(cluster(), pod(), of, { signal })).toEqual({ code: 0 })
      expect(await marker(of)).toBe('')
      expect(await log(of)).toEqual(['quiesced', 'tried', 'tried', 'tried'])
    })

    test('a holder that was killed over there is replaced, by one of all who come', async () => {
      const of = scripts()
      const held = await holdInPod(cluster(), pod(), of, { signal })
      await run('for e in "$MARKER"/held.*; do e=${e##*/held.}; kill -KILL -"${e%.*}"; done', of)
      if (!held.lost.aborted) await new Promise((resolve) => held.lost.addEventListener('abort', resolve))
      expect(held.lost.reason).toMatchObject({ code: 'EXEC.HOLD_LOST' })
      const ends = await Promise.all([
        held.release({ signal }),
        ...Array.from({ length: 4 }, () => thawedElsewhere(cluster(), pod(), of, { signal })),
      ])
      expect(ends.filter(({ code }) => code === 0)).toHaveLength(1)
      expect(ends[0]).toMatchObject({ stood: false })
      expect(await log(of)).toEqual(['quiesced', 'thawed'])
    })
  })
}
