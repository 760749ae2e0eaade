import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import type { Exchanger } from '../target/exchanger.ts'
import type { PointOrigin } from '../target/provisioner.ts'
import type { Source } from '../target/source.ts'
import { aborted, overJournal, unaborted } from './contract-calls.ts'

/** A target whose writers are down, and the exchanger that is looked at. Made anew for each case. */
export interface ExchangerFixture extends AsyncDisposable {
  readonly exchanger: Exchanger
  /** The same exchanger as another process would make it. */
  again(): Exchanger
  /** Its content reads `former`. */
  readonly source: Source
  /** A point whose content reads `fresh`. */
  readonly from: PointOrigin
  /** Makes an empty place read `fresh`. */
  lower(place: Source): Promise<void>
  /** The content that stands under the name of the target. */
  read(): Promise<string>
  /** What an exchange left beside the target. Empty when clean. */
  leftovers(): Promise<readonly string[]>
}

/** What every exchanger promises. */
export function exchangerContract(name: string, setup: () => Promise<ExchangerFixture>): void {
  describe(`exchanger contract: ${name}`, () => {
    let fixture: ExchangerFixture
    const prepared = async (): Promise<{ readonly token: Json; readonly filled: boolean }> => {
      const { exchanger, source, from } = fixture
      const given = await exchanger.prepare(source, { ...unaborted(), runId: '20261121t080000z-c0ffee', from })
      expect(overJournal(given.token)).toEqual(given.token)
      return given
    }
    const staged = async (): Promise<Json> => {
      const { token, filled } = await prepared()
      const place = await fixture.exchanger.stage(token, unaborted())
      if (!filled) await fixture.lower(place)
      return token
    }
    const takenBack = async (token: Json): Promise<void> => {
      for (const _time of [1, 2]) await fixture.again().takeBack(overJournal(token), unaborted())
    }
    const cleared = async (token: Json): Promise<void> => {
      for (const _time of [1, 2]) await fixture.again().clear(overJournal(token), unaborted())
      expect(await fixture.leftovers()).toEqual([])
    }
    beforeEach(async () => {
      fixture = await setup()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('prepare and stage leave the target as it is, and what is not exchanged is cleared', async () => {
      await prepared()
      expect(await fixture.leftovers()).toEqual([])
      const token = await staged()
      expect(await fixture.read()).toBe('former')
      await takenBack(token)
      await cleared(token)
      expect(await fixture.read()).toBe('former')
    })

    it('exchanges, and a commit is final', async () => {
      const token = await staged()
      await fixture.exchanger.exchange(token, unaborted())
      expect(await fixture.read()).toBe('fresh')
      await fixture.again().commit(overJournal(token), unaborted())
      await takenBack(token)
      expect(await fixture.read()).toBe('fresh')
      await cleared(token)
      await takenBack(token)
      expect(await fixture.read()).toBe('fresh')
    })

    it('takes back what is not committed, twice, in another process; until then nothing is cleared', async () => {
      const token = await staged()
      await fixture.exchanger.exchange(token, unaborted())
      await expect(fixture.again().clear(overJournal(token), unaborted())).rejects.toThrow()
      await takenBack(token)
      expect(await fixture.read()).toBe('former')
      await cleared(token)
      expect(await fixture.read()).toBe('former')
    })

    it('takes back and clears what never began', async () => {
      const { token } = await prepared()
      await takenBack(token)
      await cleared(token)
      expect(await fixture.read()).toBe('former')
    })

    it('touches nothing after an abort', async () => {
      const { token } = await prepared()
      await expect(fixture.exchanger.stage(token, aborted())).rejects.toThrow()
      expect(await fixture.leftovers()).toEqual([])
    })
  })
}
