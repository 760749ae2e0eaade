import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Effect } from '../effect/effect.ts'
import type { Json } from '../json.ts'
import { aborted, overJournal, unaborted } from './contract-calls.ts'

/** An effect and a world in which its verb can be done. Made anew for each case. */
export interface EffectFixture extends AsyncDisposable {
  readonly effect: Effect
  /** The same, as another process makes it. */
  again(): Effect
  /** What is written down before the verb; changes nothing. */
  token(): Promise<Json>
  /** The verb, up to where it would be final. */
  act(token: Json): Promise<void>
  /** The verb, as far as it got when it was killed; left out where it is one step. */
  actHalf?(token: Json): Promise<void>
  /** Everything that must be as before. */
  state(): Promise<unknown>
}

/** What every effect promises. */
export function effectContract(name: string, setup: () => Promise<EffectFixture>): void {
  describe(`effect contract: ${name}`, () => {
    let fixture: EffectFixture
    let before: unknown
    beforeEach(async () => {
      fixture = await setup()
      before = await fixture.state()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('takes back what was done, twice, in another process', async () => {
      const token = overJournal(await fixture.token())
      expect(await fixture.state()).toEqual(before)
      await fixture.act(token)
      expect(await fixture.state()).not.toEqual(before)
      await fixture.again().undo(token, unaborted())
      expect(await fixture.state()).toEqual(before)
      await fixture.again().undo(token, unaborted())
      expect(await fixture.state()).toEqual(before)
    })

    it('takes back what was half done', async () => {
      const token = overJournal(await fixture.token())
      if (fixture.actHalf === undefined) await fixture.act(token)
      else await fixture.actHalf(token)
      await fixture.again().undo(token, unaborted())
      expect(await fixture.state()).toEqual(before)
    })

    it('leaves as it is what was never done', async () => {
      const token = overJournal(await fixture.token())
      await fixture.effect.undo(token, unaborted())
      expect(await fixture.state()).toEqual(before)
    })

    it('lets the verb be done again afterwards', async () => {
      const token = await fixture.token()
      await fixture.act(token)
      const after = await fixture.state()
      await fixture.effect.undo(token, unaborted())
      await fixture.act(await fixture.token())
      expect(await fixture.state()).toEqual(after)
    })

    it('stops at an abort or ends all the same, and can be called again', async () => {
      const token = await fixture.token()
      await fixture.act(token)
      await fixture.effect.undo(token, aborted()).catch(() => undefined)
      await fixture.effect.undo(token, unaborted())
      expect(await fixture.state()).toEqual(before)
    })
  })
}
