import { createHash } from 'node:crypto'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { SalvageError } from '../error.ts'
import type { DumpFile, DumpProof } from './dump.ts'
import { opened } from './opened.ts'
import { proved } from './proved.ts'
import { stageDump } from './stage.ts'

const options = { signal: new AbortController().signal }
const bytes = Buffer.from('CREATE TABLE')
const proof: DumpProof = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }

function file(
  name: string,
  whole: Promise<DumpProof> = Promise.resolve(proof),
  content = Readable.from([bytes]),
): DumpFile {
  return { name, content, whole }
}

async function read(one: DumpFile): Promise<DumpProof> {
  const { content, whole } = proved(one)
  for await (const _ of content);
  return whole()
}

async function* broken(): AsyncGenerator<Buffer> {
  await Promise.resolve()
  yield bytes
  throw new Error('ECONNRESET')
}

const from = async (files: readonly DumpFile[], several = false): Promise<readonly string[]> => {
  const opener = {
    open: async function* (): AsyncGenerator<DumpFile> {
      await Promise.resolve()
      yield* files
    },
  }
  const source = {
    medium: 'stream',
    backend: 'x',
    token: null,
    ...(several ? { several: true as const } : {}),
  } as const
  const names: string[] = []
  for await (const { name } of opened(opener, source, options)) names.push(name)
  return names
}

describe('what came is compared with what was sent', () => {
  test('and is whole when both agree', async () => {
    await expect(read(file('a'))).resolves.toEqual(proof)
  })

  test.each([
    ['fewer bytes', { ...proof, bytes: 13 }, '12 bytes came, 13 were sent'],
    ['other bytes', { ...proof, sha256: '00' }, 'hashes differ'],
  ])('%s', async (_, told, why) => {
    await expect(read(file('a', Promise.resolve(told)))).rejects.toThrow(
      expect.objectContaining({ code: 'DUMP.NOT_WHOLE', why: expect.stringContaining(why) }),
    )
  })

  test('its verdict counts where the content broke off', async () => {
    const verdict = Promise.reject(new SalvageError('DUMP.FAILED', 'pg_dump ended with code 1'))
    verdict.catch(() => undefined)
    await expect(read(file('a', verdict, Readable.from(broken())))).rejects.toThrow(
      expect.objectContaining({ code: 'DUMP.FAILED' }),
    )
  })

  test('what was not read to its end is not whole', async () => {
    const { content, whole } = proved(file('a', Promise.resolve(proof), Readable.from([bytes, bytes])))
    for await (const _ of content) break
    await expect(whole()).rejects.toThrow(expect.objectContaining({ code: 'DUMP.NOT_WHOLE' }))
  })
})

/** Each in a buffer of its own, as a dumper hands them over. */
function handedOver(pieces: readonly string[], told: Partial<DumpProof> = {}): { file: DumpFile; given: Buffer[] } {
  const digest = createHash('sha256')
  const given = pieces.map((text) => {
    const piece = Buffer.allocUnsafeSlow(2 * Buffer.poolSize).fill(text)
    digest.update(piece)
    return piece
  })
  const all = { bytes: given.length * 2 * Buffer.poolSize, sha256: digest.digest('hex'), ...told }
  return { given, file: { ...file('a', Promise.resolve(all), Readable.from(given)), handedOver: true } }
}

describe('pieces that are handed over', () => {
  test('are as they were while they are read, and gone when the next one is asked for', async () => {
    const { file: one, given } = handedOver(['a', 'b', 'c'])
    const { content, whole } = proved(one)
    let seen = ''
    for await (const piece of content) {
      expect(piece.equals(Buffer.alloc(2 * Buffer.poolSize, piece.subarray(0, 1)))).toBe(true)
      seen += piece.toString('latin1', 0, 1)
      expect(given.map(({ length }) => length > 0)).toEqual(given.map((_, at) => at >= seen.length - 1))
    }
    expect(seen).toBe('abc')
    expect(given.every(({ length }) => length === 0)).toBe(true)
    expect(await whole()).toEqual(await one.whole)
  })

  test('are counted, since nobody makes their hash again', async () => {
    const { file: one } = handedOver(['a', 'b'], { bytes: Buffer.poolSize })
    await expect(read(one)).rejects.toThrow(
      expect.objectContaining({
        code: 'DUMP.NOT_WHOLE',
        why: expect.stringMatching(/^\d+ bytes came, \d+ were sent$/),
      }),
    )
  })

  test('others are left as they are', async () => {
    const piece = Buffer.allocUnsafeSlow(2 * Buffer.poolSize).fill('a')
    const digest = createHash('sha256').update(piece).digest('hex')
    await read(file('a', Promise.resolve({ bytes: piece.length, sha256: digest }), Readable.from([piece])))
    expect(piece.length).toBe(2 * Buffer.poolSize)
  })

  test('are staged as they came', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'salvage-stage-'))
    const directory = join(folder.path, 'staging', 'lift')
    const { file: one, given } = handedOver(['a', 'b', 'c'])
    const expected = Buffer.concat(given)
    await stageDump(directory, Readable.from([one]), options)
    expect((await readFile(join(directory, 'a'))).equals(expected)).toBe(true)
    expect(given.every(({ length }) => length === 0)).toBe(true)
  })
})

describe('the files of a dump', () => {
  test('come in their order', async () => {
    await expect(from([file('b'), file('.a')], true)).resolves.toEqual(['b', '.a'])
  })

  test.each(['', '.', '..', 'a/b', 'a\0', 'x'.repeat(256)])('are never called %j', async (name) => {
    await expect(from([file(name)])).rejects.toThrow('has a file called')
  })

  test('are two only where that was said, and never two of one name', async () => {
    await expect(from([file('a'), file('b')])).rejects.toThrow('has a second')
    await expect(from([file('a'), file('a')], true)).rejects.toThrow('two files called a')
  })

  test('are at least one', async () => {
    await expect(from([])).rejects.toThrow(expect.objectContaining({ code: 'DUMP.NOT_WHOLE' }))
  })

  test('are destroyed when nobody reads them', async () => {
    const one = file('a')
    await from([one])
    expect(one.content.destroyed).toBe(true)
  })
})
