import { randomBytes } from 'node:crypto'
import { mkdtempDisposable, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, zstdDecompressSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { compressedFile } from './compressed-file.ts'

it('writes what zstd reads, whatever the sizes of the pieces', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'salvage-zst-'))
  const path = join(folder.path, 'f.zst')
  const content = Buffer.concat([randomBytes(3_000_000), Buffer.alloc(5_000_001, 'text '), randomBytes(7)])
  await using file = await compressedFile(path, 'crc32')
  for (let at = 0, length = 1; at < content.length; at += length, length = (length * 7) % 1_000_003)
    await file.write(content.subarray(at, at + length))
  const written = await file.finish()
  const stored = await readFile(path)
  expect(zstdDecompressSync(stored).equals(content)).toBe(true)
  expect(written).toEqual({ bytes: stored.length, crc32: crc32(stored).toString(16).padStart(8, '0') })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

it('takes no file that is there', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'salvage-zst-'))
  const path = join(folder.path, 'f.zst')
  await using first = await compressedFile(path, 'crc32')
  await first.finish()
  await expect(compressedFile(path, 'crc32')).rejects.toMatchObject({ code: 'ARCHIVE.STORE_FAILED' })
})
