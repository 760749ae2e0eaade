import { setTimeout as sleep } from 'node:timers/promises'
import { isSalvageError } from '@salvage-kit/core'
import type { SalvageError } from '@salvage-kit/core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ContainerCraneSettings } from '../../src/crane/settings.ts'
import { calm, DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { craneYard, liftRef } from '../crane-yard.ts'

describe.skipIf(!DOCKER)('how a crane ends', () => {
  let on: Yard
  beforeAll(async () => {
    on = await craneYard()
    await on.volume('data1', { file: 'content' })
  }, 120_000)
  afterEach(async () => {
    expect(await on.vessels()).toEqual([])
  })
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const source = { medium: 'docker-volume', name: 'data1' } as const

  /** Lifts, does something while the crane runs, and gives the error. */
  async function failing(
    settings: Partial<ContainerCraneSettings>,
    meanwhile?: (vessel: string) => Promise<unknown>,
    signal: AbortSignal = calm().signal,
  ): Promise<SalvageError> {
    const ref = liftRef('data1')
    const lift = on.crane(settings).lift(ref, source, { signal })
    const ended = lift.then(
      () => new Error('it was called good'),
      (error: unknown) => error,
    )
    if (meanwhile !== undefined) {
      await on.ready(ref)
      await meanwhile(`salvage-${ref.id}`)
    }
    const error = await ended
    if (!isSalvageError(error)) throw error
    return error
  }

  test('an exit code other than 0 fails, with the code and the last lines, without secrets', async () => {
    const env = { CRANE_EXIT: '3', CRANE_SECRET: 'hunter2 hunter2' }
    const error = await failing({ env })
    expect(error).toMatchObject({
      code: 'CRANE.FAILED',
      message: 'the crane "c" for volume data1 ended with exit code 3',
      retryable: false,
    })
    for (const line of ['the secret is ***', 'ready', 'last words']) expect(error.why).toContain(line)
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  test('T-22: a command that is not there fails with the text of the engine, and nothing was started', async () => {
    await on.cli('create', '--name=mould', '--network=none', 'salvage-test/crane')
    await on.cli('commit', '--change', 'CMD ["/bin/not-there"]', 'mould', 'salvage-test/no-command')
    await on.cli('rm', 'mould')
    const error = await failing({ image: 'salvage-test/no-command' })
    expect(error.code).toBe('CRANE.START')
    expect(error.why).toContain('/bin/not-there')
  })

  test('a crane over its time is stopped with grace and removed', async () => {
    const error = await failing({ env: { CRANE_SLEEP: '60', CRANE_TRAP: '0' }, timeoutMs: 2000 })
    expect(error).toMatchObject({ code: 'CRANE.TIMEOUT' })
    expect(error.message).toContain('did not end within 2 s')
    expect(error.why).toMatch(/its last lines: .* \| ready$/)
  })

  test('an abort stops it with SIGTERM first, and rejects with the reason of the abort', async () => {
    const abort = new AbortController()
    const ref = liftRef('data1')
    const lines: string[] = []
    const crane = on.crane({ env: { CRANE_SLEEP: '60', CRANE_TRAP: '0' } }, { onLine: (_, line) => lines.push(line) })
    const lift = crane.lift(ref, source, { signal: abort.signal })
    await on.ready(ref)
    const since = String(Math.floor(Date.now() / 1000) - 1)
    abort.abort(new Error('the hold is over'))
    await expect(lift).rejects.toThrow('the hold is over')
    const until = String(Math.floor(Date.now() / 1000) + 1)
    const filters = [`--filter=container=salvage-${ref.id}`, '--filter=event=kill', '--filter=event=die']
    const format = '--format={{.Action}} {{.Actor.Attributes.signal}} {{.Actor.Attributes.exitCode}}'
    const events = await on.cli('events', `--since=${since}`, `--until=${until}`, ...filters, format)
    expect(events.split('\n')).toEqual(['kill 15 <no value>', 'die <no value> 0'])
  })

  test('a crane that does not hear SIGTERM is killed after the grace', async () => {
    const abort = new AbortController()
    const error = failing(
      { env: { CRANE_SLEEP: '60' }, graceMs: 1000 },
      async () => abort.abort(new Error('over')),
      abort.signal,
    )
    await expect(error).rejects.toThrow('over')
  })

  test('an abort while it waits for its turn leaves nothing', async () => {
    const crane = on.crane({ maxConcurrent: 1, env: { CRANE_SLEEP: '2' } })
    const first = liftRef('data1')
    const running = crane.lift(first, source, calm())
    await on.ready(first)
    await expect(crane.lift(liftRef('data1'), source, { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    await running
    await crane.lift(liftRef('data1'), source, calm())
  })

  test('docker stop by somebody else is no success, although the crane ends with 0', async () => {
    const error = await failing({ env: { CRANE_SLEEP: '60', CRANE_TRAP: '0' } }, (vessel) => on.cli('stop', vessel))
    expect(error).toMatchObject({ code: 'CRANE.STOPPED', retryable: true })
    expect(error.message).toContain('exit code 0')
    expect(error.why).toContain('SIGTERM')
  })

  test('docker kill by somebody else is named', async () => {
    const error = await failing({ env: { CRANE_SLEEP: '60' } }, (vessel) => on.cli('kill', vessel))
    expect(error).toMatchObject({ code: 'CRANE.STOPPED' })
    expect(error.why).toContain('SIGKILL')
  })

  test('a signal that asks for a word is harmless', async () => {
    const ref = liftRef('data1')
    const lift = on.crane({ env: { CRANE_SLEEP: '2' } }).lift(ref, source, calm())
    await on.ready(ref)
    await on.cli('kill', '--signal=WINCH', `salvage-${ref.id}`)
    expect((await lift).findings).toEqual([])
  })

  test('docker restart by somebody else is no success', async () => {
    const error = await failing({ env: { CRANE_SLEEP: '3', CRANE_TRAP: '0' } }, (vessel) => on.cli('restart', vessel))
    expect(error).toMatchObject({ code: 'CRANE.STOPPED' })
  })

  test('a container removed while it runs fails', async () => {
    const error = await failing({ env: { CRANE_SLEEP: '60' } }, (vessel) => on.cli('rm', '--force', vessel))
    expect(['CRANE.FAILED', 'CRANE.STOPPED']).toContain(error.code)
  })

  test('a crane that was paused and goes on is good', async () => {
    const ref = liftRef('data1')
    const lift = on.crane({ env: { CRANE_SLEEP: '2' } }).lift(ref, source, calm())
    await on.ready(ref)
    await on.cli('pause', `salvage-${ref.id}`)
    await sleep(3000)
    await on.cli('unpause', `salvage-${ref.id}`)
    expect((await lift).point.state).toBe('good')
  })

  test('out of memory is named; a crane that goes on without the killed process is partial', async () => {
    const starve = async (vessel: string): Promise<unknown> =>
      on.cli('update', '--memory=8m', '--memory-swap=8m', vessel)
    const error = await failing({ env: { CRANE_SLEEP: '2', CRANE_EAT_MB: '64', CRANE_EXIT: '4' } }, starve)
    expect(error).toMatchObject({ code: 'CRANE.FAILED' })
    expect(error.why).toContain('want of memory')

    const ref = liftRef('data1')
    const lift = on.crane({ env: { CRANE_SLEEP: '2', CRANE_EAT_MB: '64' } }).lift(ref, source, calm())
    await on.ready(ref)
    await starve(`salvage-${ref.id}`)
    expect(await lift).toMatchObject({ point: { state: 'partial' }, findings: [{ code: 'CRANE.OUT_OF_MEMORY' }] })
  })

  test('a crane that prints a lot costs no memory, and its last lines are there', async () => {
    globalThis.gc?.()
    const before = process.memoryUsage().rss
    const error = await failing({ env: { CRANE_LOG_MB: '200', CRANE_EXIT: '1' } })
    expect(error.why).toMatch(/its last lines: .*ready/)
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20)
  })

  test('a lift that was never started is cleared, twice; what is not ours stays', async () => {
    const ref = liftRef('data1')
    await on.cli('create', `--name=salvage-${ref.id}`, '--network=none', 'salvage-test/crane')
    await on.crane().clear(ref, calm())
    await on.crane().clear(ref, calm())
    expect(await on.cli('ps', '--all', '--format={{.Names}}')).toBe(`salvage-${ref.id}`)
    await expect(on.crane().lift(ref, source, calm())).rejects.toMatchObject({ code: 'CRANE.CREATE' })
    expect(await on.cli('ps', '--all', '--format={{.Names}}')).toBe(`salvage-${ref.id}`)
    await on.cli('rm', `salvage-${ref.id}`)
  })
})
