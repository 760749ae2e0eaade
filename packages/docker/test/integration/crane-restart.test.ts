import { isSalvageError } from '@salvage-kit/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { calm, DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { craneYard, liftRef } from '../crane-yard.ts'

describe.skipIf(!DOCKER)('the engine goes away while a crane runs', () => {
  let on: Yard
  beforeEach(async () => {
    on = await craneYard()
  }, 120_000)
  afterEach(() => on[Symbol.asyncDispose](), 60_000)

  const cases = [
    { how: 'stops', trap: '0', away: async () => on.dockerd.stop() },
    { how: 'is killed', trap: '', away: async () => on.dockerd.kill() },
  ]
  for (const { how, trap, away } of cases)
    test(`it ${how}: no success whatever the crane said, and clear finds what is left`, async () => {
      const source = await on.volume('data1', { a: '1' })
      const ref = liftRef('data1')
      const crane = on.crane({ env: { CRANE_SLEEP: '100', CRANE_TRAP: trap }, stopTimeoutMs: 3000 })
      const ended = crane.lift(ref, source, calm()).then(
        () => new Error('it was called good'),
        (error: unknown) => error,
      )
      await on.ready(ref)
      await away()
      const error = await ended
      if (!isSalvageError(error)) throw error
      expect(error).toMatchObject({ code: 'CRANE.LOST', retryable: true })
      await expect(crane.clear(ref, calm())).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE', retryable: true })
      await on.dockerd.start()
      expect(await on.vessels()).toEqual([`salvage-${ref.id}`])
      await crane.clear(ref, calm())
      expect(await on.vessels()).toEqual([])
      await expect(on.crane().lift(ref, source, calm())).resolves.toMatchObject({ findings: [] })
    })
})
