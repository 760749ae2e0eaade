import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import type { Quiescer, RestVerdict } from '../quiesce/quiescer.ts'
import { aborted, overJournal, unaborted } from './contract-calls.ts'

/** One workload, up and writing, and the quiescer that is looked at. Made anew for each case. */
export interface QuiescerFixture extends AsyncDisposable {
  readonly quiescer: Quiescer
  /** The same quiescer as another process would make it. */
  again(): Quiescer
  readonly workload: string
  readonly settings: Json
  /** What of the workload must be as before: compared with `toEqual`. */
  state(): Promise<Json>
  /** Whether `state` shows the workload at rest; absent for hooks, whose rest no state shows. */
  atRest?(): Promise<boolean>
  /** Brings the workload to rest as an operator would; absent where nobody can. */
  readonly rest?: () => Promise<void>
  /** Wakes the quiesced workload as an outsider would, and leaves it so. */
  readonly wake?: () => Promise<void>
  /** Wakes the quiesced workload as an outsider would, and brings it to rest again. */
  readonly wakeBriefly?: () => Promise<void>
}

/**
 * What nobody can do with the workload of a fixture: `tell` (no `atRest`), `rest`, `wake`, `wakeBriefly`. Their cases are
 * left out; a fixture that lacks something without saying so fails.
 */
export type QuiescerLack = 'tell' | 'rest' | 'wake' | 'wakeBriefly'

/** What every quiescer promises. */
export function quiescerContract(
  name: string,
  setup: () => Promise<QuiescerFixture>,
  lacks: readonly QuiescerLack[] = [],
): void {
  describe(`quiescer contract: ${name}`, () => {
    let fixture: QuiescerFixture
    beforeEach(async () => {
      fixture = await setup()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('prepare changes nothing and gives plain JSON', async () => {
      const before = await fixture.state()
      const token = await prepare(fixture)
      expect(overJournal(token)).toEqual(token)
      expect(await fixture.state()).toEqual(before)
    })

    it('quiesce brings to rest and resume puts back', async () => {
      const before = await fixture.state()
      const token = await prepare(fixture)
      await fixture.quiescer.quiesce(token, unaborted())
      if (fixture.atRest !== undefined) expect(await fixture.atRest()).toBe(true)
      expect(await fixture.quiescer.resume(token, { ...unaborted(), quiesced: 'yes' })).toEqual([])
      expect(await fixture.state()).toEqual(before)
    })

    it('resume works twice, and in another process', async () => {
      const before = await fixture.state()
      const token = overJournal(await prepare(fixture))
      await fixture.quiescer.quiesce(token, unaborted())
      await fixture.again().resume(token, { ...unaborted(), quiesced: 'maybe' })
      await fixture.again().resume(token, { ...unaborted(), quiesced: 'maybe' })
      expect(await fixture.state()).toEqual(before)
    })

    it('resume with nothing to undo does nothing', async () => {
      const before = await fixture.state()
      const token = await prepare(fixture)
      await fixture.quiescer.resume(token, { ...unaborted(), quiesced: 'maybe' })
      expect(await fixture.state()).toEqual(before)
    })

    if (!lacks.includes('rest'))
      it('leaves a workload at rest that was at rest before', async () => {
        await must(fixture.rest, 'rest')()
        const before = await fixture.state()
        const token = await prepare(fixture)
        await fixture.quiescer.quiesce(token, unaborted())
        await fixture.quiescer.resume(token, { ...unaborted(), quiesced: 'yes' })
        expect(await fixture.state()).toEqual(before)
      })

    if (!lacks.includes('tell'))
      it('says that an undisturbed workload stayed at rest', async () => {
        const token = await prepare(fixture)
        await fixture.quiescer.quiesce(token, unaborted())
        expect(await verdict(fixture, token)).toEqual({ atRest: true })
        await fixture.quiescer.resume(token, { ...unaborted(), quiesced: 'yes' })
      })

    for (const disturbance of ['wake', 'wakeBriefly'] as const)
      if (!lacks.includes('tell') && !lacks.includes(disturbance))
        it(`notices an outsider (${disturbance})`, async () => {
          const token = await prepare(fixture)
          await fixture.quiescer.quiesce(token, unaborted())
          await must(fixture[disturbance], disturbance)()
          expect(await verdict(fixture, token)).toMatchObject({ atRest: false })
          await fixture.quiescer.resume(token, { ...unaborted(), quiesced: 'yes' })
        })

    it('touches nothing after an abort', async () => {
      const before = await fixture.state()
      await expect(fixture.quiescer.prepare(fixture.workload, fixture.settings, aborted())).rejects.toThrow()
      const token = await prepare(fixture)
      await expect(fixture.quiescer.quiesce(token, aborted())).rejects.toThrow()
      expect(await fixture.state()).toEqual(before)
    })
  })
}

async function prepare(fixture: QuiescerFixture): Promise<Json> {
  return fixture.quiescer.prepare(fixture.workload, fixture.settings, unaborted())
}

async function verdict(fixture: QuiescerFixture, token: Json): Promise<RestVerdict | undefined> {
  return fixture.quiescer.atRest?.(token, unaborted())
}

function must<Ability>(ability: Ability | undefined, name: string): Ability {
  if (ability === undefined) throw new Error(`the fixture lacks "${name}" and does not say so`)
  return ability
}
