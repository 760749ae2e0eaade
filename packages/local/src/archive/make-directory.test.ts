import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, it } from 'vitest'
import { makeDirectory } from './make-directory.ts'

it('is made by several at once', async () => {
  using folder = temporaryDirectory()
  for (let round = 0; round < 50; round++) {
    const path = join(folder.path, String(round), 'a', 'b')
    const all = Array.from({ length: 8 }, async () => makeDirectory(path))
    expect((await Promise.allSettled(all)).filter(({ status }) => status === 'rejected')).toEqual([])
  }
})

it('ends where nothing can be made at all', async () => {
  await expect(makeDirectory('/proc/none/a/b')).rejects.toMatchObject({ code: 'ENOENT' })
})
