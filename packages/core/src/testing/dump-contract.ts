import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DumpFile, DumpOpener } from '../dump/dump.ts'
import type { Json } from '../json.ts'
import { aborted, overJournal, unaborted } from './contract-calls.ts'

/** An opener and databases that it can dump. Made anew for each case. */
export interface DumpFixture extends AsyncDisposable {
  readonly opener: DumpOpener
  /** Of a dump that comes whole, of so many bytes that no pipe holds them all. */
  readonly whole: Json
  /** Of dumps that fail, by where: before the first file, in the middle of one, only at the end of its program. */
  readonly failing: { readonly [where: string]: Json }
  /** What the dumps left: programs, containers, files. Empty when nothing is. */
  left(): Promise<readonly string[]>
  /** Whether what was read of one file is what it should be. */
  readonly proves?: (name: string, content: Buffer) => Promise<void> | void
}

/** What every opener of dumps promises. */
export function dumpContract(name: string, setup: () => Promise<DumpFixture>): void {
  describe(`dump contract: ${name}`, () => {
    let fixture: DumpFixture
    beforeEach(async () => {
      fixture = await setup()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('gives files with plain names of their own, each proven by its length and hash', async () => {
      const { opener, whole, proves } = fixture
      const names: string[] = []
      for await (const file of opener.open(overJournal(whole), unaborted())) {
        expect(file.name).toMatch(/^[^/\0]+$/)
        expect(['.', '..']).not.toContain(file.name)
        names.push(file.name)
        const content = await contentOf(file)
        const proof = await file.whole
        expect(proof).toEqual({ bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') })
        await proves?.(file.name, content)
      }
      expect(names.length).toBeGreaterThan(0)
      expect(new Set(names).size).toBe(names.length)
      expect(await fixture.left()).toEqual([])
    })

    it('says nothing of a file before its content has ended', async () => {
      let settled = false
      for await (const file of fixture.opener.open(fixture.whole, unaborted())) {
        const settling = file.whole.then(
          () => (settled = true),
          () => (settled = true),
        )
        await new Promise((resolve) => setTimeout(resolve, 50))
        expect(settled).toBe(false)
        await contentOf(file)
        await settling
        settled = false
      }
    })

    it('leaves nothing of a dump whose reader goes away', async () => {
      const rejected = Promise.withResolvers<unknown>()
      for await (const file of fixture.opener.open(fixture.whole, unaborted())) {
        file.whole.then(() => rejected.resolve('whole'), rejected.resolve)
        file.content.destroy()
        break
      }
      expect(await rejected.promise).toBeInstanceOf(Error)
      expect(await fixture.left()).toEqual([])
    })

    it('leaves nothing of a dump that is aborted', async () => {
      const controller = new AbortController()
      const reading = async (): Promise<void> => {
        for await (const file of fixture.opener.open(fixture.whole, { signal: controller.signal })) {
          file.whole.catch(() => undefined)
          controller.abort(new Error('aborted by the test'))
          await contentOf(file)
          await file.whole
        }
      }
      await expect(reading()).rejects.toThrow()
      expect(await fixture.left()).toEqual([])
    })

    it('begins nothing after an abort', async () => {
      const files = fixture.opener.open(fixture.whole, aborted())[Symbol.asyncIterator]()
      await expect(files.next()).rejects.toThrow()
      expect(await fixture.left()).toEqual([])
    })

    it('never proves a dump that failed, wherever it did', async () => {
      expect(Object.keys(fixture.failing).length).toBeGreaterThan(0)
      for (const [where, token] of Object.entries(fixture.failing)) {
        const reading = async (): Promise<void> => {
          for await (const file of fixture.opener.open(overJournal(token), unaborted())) {
            file.whole.catch(() => undefined)
            await contentOf(file).catch(() => undefined)
            await file.whole
          }
        }
        await expect(reading(), where).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/\./) }))
        expect(await fixture.left(), where).toEqual([])
      }
    })
  })
}

async function contentOf({ content }: DumpFile): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of content) {
    if (!Buffer.isBuffer(piece)) throw new Error('a dump gives bytes')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
