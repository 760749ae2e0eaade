import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { btrfsFileSystem, command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { depotOf } from '../../src/duplicity/depot.ts'
import { duplicityStore } from '../../src/duplicity/duplicity-store.ts'
import { withFar } from '../../src/duplicity/far.ts'
import { mustAnswer } from '../../src/duplicity/must-answer.ts'
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

/** Mounts what nobody ever answers for, as long as it can read: like a file system of the network whose server is away. */
const HANGS = `
import ctypes, os, sys
libc = ctypes.CDLL(None)
place = sys.argv[1].encode()
said = f"fd={os.pipe()[1]},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct".encode()
if libc.mount(b"hangs", place, b"autofs", 0, said) != 0: sys.exit("not mounted")
print("mounted", flush=True)
sys.stdin.read()
libc.umount2(place, 2)
`
const autofs = process.getuid?.() === 0 && readFileSync('/proc/filesystems', 'utf8').includes('autofs')

test.skipIf(!part('duplicity').available || !autofs)('a folder that nobody answers for is given up, too', async () => {
  using folder = temporaryDirectory('salvage-duplicity-')
  mkdirSync(`${folder.path}/mounted`)
  const depot = await depotOf(folder.path, duplicityStore(`file://${folder.path}/mounted/far`, { encryption: 'none' }))
  const call = { what: 'opening', work: 'test', folder: folder.path, ...calm }
  await mustAnswer(depot, call)
  const mounting = spawn('python3', ['-c', HANGS, `${folder.path}/mounted`], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    await once(mounting.stdout, 'data')
    await expect(mustAnswer(depot, call, 500)).rejects.toMatchObject({ code: 'STORE.UNREACHABLE', retryable: true })
  } finally {
    mounting.stdin.end()
    await once(mounting, 'close')
  }
})
