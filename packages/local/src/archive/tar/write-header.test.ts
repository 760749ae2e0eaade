import { expect, test } from 'vitest'
import { readTar } from './tar-reader.ts'
import { LONG_HOLES } from './content-hash.ts'
import { BLOCK, readHeader } from './header.ts'
import { headerOf, paddingOf, TAR_END } from './write-header.ts'

const facts = { mode: 0o600, uid: 1000, gid: 3_000_000_000, size: 3, mtime: 1_795_248_843 }

test.each(['shop.sql', 'dümp.sql', 'x'.repeat(98), 'x'.repeat(99), 'ü'.repeat(127)])(
  '%s is read back',
  async (name) => {
    const path = Buffer.from(name).toString('latin1')
    const header = headerOf('file', { ...facts, name: Buffer.from(`./${name}`) })
    const tar = Buffer.concat([header, Buffer.from('abc'), Buffer.alloc(paddingOf(3)), TAR_END])
    async function* bytes(): AsyncGenerator<Buffer> {
      await Promise.resolve()
      yield tar
    }
    const entries = []
    for await (const entry of readTar(bytes(), LONG_HOLES)) entries.push(entry)
    expect(entries).toMatchObject([
      { path, type: 'file', mode: 0o600, uid: 1000, gid: 3_000_000_000, mtime: '1795248843', size: 3 },
    ])
  },
)

test.each([0, 8 ** 11 - 1, 8 ** 11, 2 ** 50])('a size of %i is read back, and takes no more room', (size) => {
  const header = headerOf('file', { ...facts, size, name: Buffer.from('./a') })
  expect(header).toHaveLength(BLOCK)
  expect(readHeader(header)?.size).toBe(size)
})
