import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DumpLoader, StoredDump } from '../dump/loader.ts'
import { isSalvageError } from '../error.ts'
import type { Json } from '../json.ts'
import { aborted, overJournal, unaborted } from './contract-calls.ts'

/** A database that reads `former`, and dumps for it. Made anew for each case. */
export interface LoaderFixture extends AsyncDisposable {
  readonly loader: DumpLoader
  /** The same loader as another process would make it. */
  again(): DumpLoader
  /** Of the stream of the database. */
  readonly token: Json
  /** Of databases that take nothing now, by why. */
  readonly unready: { readonly [why: string]: Json }
  /** A whole dump; loaded, the database reads `fresh`. */
  readonly files: readonly StoredDump[]
  /** Files that do not go into the database, by the code that says so. */
  readonly refused: { readonly [code: string]: readonly StoredDump[] }
  read(): Promise<string>
  /** What loads and proofs left: programs, files, databases. Empty when nothing is. */
  left(): Promise<readonly string[]>
}

/** What every loader of dumps promises. */
export function loaderContract(name: string, setup: () => Promise<LoaderFixture>): void {
  describe(`loader contract: ${name}`, () => {
    let fixture: LoaderFixture
    const settled = async (token: Json): Promise<void> => {
      for (const _time of [1, 2]) await fixture.again().settle(overJournal(token), unaborted())
      expect(await fixture.left()).toEqual([])
    }
    beforeEach(async () => {
      fixture = await setup()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('looks, checks and proves, and changes nothing', async () => {
      const { loader, token, files } = fixture
      await loader.ready(overJournal(token), unaborted())
      const checked = await loader.check(overJournal(token), files, unaborted())
      expect(overJournal(checked.token)).toEqual(checked.token)
      expect(await loader.prove(overJournal(token), files, unaborted())).not.toBe('')
      await settled(checked.token)
      expect(await fixture.read()).toBe('former')
    })

    it('loads what was checked, and has nothing to settle then', async () => {
      const { loader, token, files } = fixture
      const checked = await loader.check(token, files, unaborted())
      await checked.load(unaborted())
      expect(await fixture.read()).toBe('fresh')
      await settled(checked.token)
      expect(await fixture.read()).toBe('fresh')
    })

    it('refuses what does not go into it, and touches nothing', async () => {
      const { loader, token, refused, unready } = fixture
      for (const [code, files] of Object.entries(refused)) {
        await expect(loader.check(token, files, unaborted()), code).rejects.toMatchObject({ code })
        if (code !== 'DUMP.SKEW')
          await expect(loader.prove(token, files, unaborted()), code).rejects.toMatchObject({ code })
      }
      for (const [why, other] of Object.entries(unready))
        await expect(loader.ready(other, unaborted()), why).rejects.toMatchObject({ name: 'SalvageError' })
      expect(await fixture.read()).toBe('former')
      expect(await fixture.left()).toEqual([])
    })

    it('is at one end or the other when a load that was aborted is settled', async () => {
      const { loader, token, files } = fixture
      const checked = await loader.check(token, files, unaborted())
      const controller = new AbortController()
      const loading = checked.load({ signal: controller.signal })
      setImmediate(() => controller.abort(new Error('aborted by the test')))
      const failure = await loading.then(
        () => undefined,
        (error: unknown) => error,
      )
      await settled(checked.token)
      const content = await fixture.read()
      if (failure === undefined) expect(content).toBe('fresh')
      else if (isSalvageError(failure) && failure.code === 'DUMP.HALF_RESTORED') expect(content).toContain('fresh')
      else expect(['former', 'fresh']).toContain(content)
      await (await loader.check(token, files, unaborted())).load(unaborted())
      expect(await fixture.read()).toBe('fresh')
    })

    it('begins nothing after an abort', async () => {
      const { loader, token, files } = fixture
      await expect(loader.ready(token, aborted())).rejects.toThrow()
      await expect(loader.check(token, files, aborted())).rejects.toThrow()
      await expect(loader.prove(token, files, aborted())).rejects.toThrow()
      const checked = await loader.check(token, files, unaborted())
      await expect(checked.load(aborted())).rejects.toThrow()
      await settled(checked.token)
      expect(await fixture.read()).toBe('former')
    })
  })
}
