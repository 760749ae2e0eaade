import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { SalvageError } from '../error.ts'
import type { DumpFile, DumpProof } from './dump.ts'
import { opened } from './opened.ts'
import { proved } from './proved.ts'

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
