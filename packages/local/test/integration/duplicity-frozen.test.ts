import { mkdirSync } from 'node:fs'
import { btrfsFileSystem, command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { depotOf } from '../../src/duplicity/depot.ts'
import { duplicityStore } from '../../src/duplicity/duplicity-store.ts'
import { withFar } from '../../src/duplicity/far.ts'
import { calm } from './duplicity-yard.ts'

const here = part('duplicity').available && part('btrfs').available

test.skipIf(!here)('a far end that hangs in the kernel is given up after a time, and said to hang', async () => {
  using folder = temporaryDirectory('salvage-duplicity-')
  await using disk = await btrfsFileSystem({ megabytes: 128 })
  mkdirSync(`${disk.path}/far`)
  const depot = await depotOf(folder.path, duplicityStore(`file://${disk.path}/far`, { encryption: 'none' }))
  const call = { what: 'writing', work: 'test', folder: folder.path, ...calm }
  const write = (name: string, patienceMs?: number): Promise<void> =>
    withFar(depot, call, (far) => far.change([{ do: 'put', name, content: 'x' }]), patienceMs)
  await write('before')
  await command('fsfreeze', ['--freeze', disk.path])
  try {
    // Not even SIGKILL ends what writes there.
    await expect(write('meanwhile', 3000)).rejects.toMatchObject({
      code: 'STORE.UNREACHABLE',
      why: 'writing: nothing came for 3s',
      hint: expect.stringContaining(`${disk.path}/far`),
      retryable: true,
    })
  } finally {
    await command('fsfreeze', ['--unfreeze', disk.path])
  }
  await write('after')
  expect(await withFar(depot, call, (far) => far.names())).toEqual(expect.arrayContaining(['after', 'before']))
})
