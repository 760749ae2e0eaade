import { access, chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { sendSnapshot } from '../../../src/send/send-snapshot.ts'
import type { SendRequest } from '../../../src/send/send-request.ts'
import { twoMachines } from './two-machines.ts'
import type { TwoMachines } from './two-machines.ts'

const { signal } = new AbortController()
const isThere = part('btrfs').available && part('sshd').available

describe.skipIf(!isThere)('sending to a directory of this machine', () => {
  let machines: TwoMachines
  beforeAll(async () => {
    machines = await twoMachines()
  })
  afterAll(async () => machines[Symbol.asyncDispose]())
  afterEach(() => vi.unstubAllEnvs())

  const request = (name: string): SendRequest => ({
    snapshot: join(machines.here, name),
    far: { kind: 'local' },
    directory: machines.there,
  })

  test('goes as to another machine, and nobody is marked', async () => {
    const { cut, here, differences, incoming, namesHere } = machines
    await cut('v@1', 20)
    await cut('v@2', 1)
    const progress: number[] = []
    const told = { onProgress: ({ bytes }: { readonly bytes: number }) => void progress.push(bytes) }
    expect(await sendSnapshot(request('v@1'), { signal, ...told })).toMatchObject({ already: false })
    expect(await sendSnapshot(request('v@2'), { signal })).toMatchObject({ parent: join(here, 'v@1') })
    expect(await sendSnapshot(request('v@2'), { signal })).toMatchObject({ already: true })
    expect(await differences('v@2')).toBe('')
    expect(await incoming()).toEqual([])
    expect(await namesHere()).toEqual(['v@1', 'v@2'])
    expect(progress).toEqual(progress.toSorted((a, b) => a - b))
  })

  test('a copy is at home where it came from: sent back there, it is there already', async () => {
    const { here, there } = machines
    const back = { ...request('v@2'), snapshot: join(there, 'v@2'), directory: here }
    expect(await sendSnapshot(back, { signal })).toMatchObject({ already: true, bytes: 0 })
    expect(await sendSnapshot({ ...request('v@2'), directory: here }, { signal })).toMatchObject({ already: true })
  })

  test('from a copy to a third place the difference is to what all know', async () => {
    const { there } = machines
    const third = join(there, 'third')
    await mkdir(third)
    const onward = (name: string): SendRequest => ({ ...request(name), snapshot: join(there, name), directory: third })
    const first = await sendSnapshot(onward('v@1'), { signal })
    expect(await sendSnapshot(onward('v@2'), { signal })).toMatchObject({ parent: join(there, 'v@1') })
    // From the origin, too: the copy of the copy is known by the same identity.
    expect(await sendSnapshot({ ...request('v@1'), directory: third }, { signal })).toMatchObject({
      already: true,
      uuid: first.uuid,
    })
  })

  test('an abort before it begins, and one before the far side has answered', async () => {
    const reason = new Error('enough')
    await expect(sendSnapshot(request('v@1'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const end = new AbortController()
    const send = sendSnapshot(request('v@1'), { signal: end.signal })
    setImmediate(() => end.abort(reason))
    await expect(send).rejects.toBe(reason)
  })

  test('needs nothing at the far end but a shell, its small tools and btrfs', async () => {
    const { cut, differences } = machines
    using tools = temporaryDirectory()
    await cut('v@3', 1)
    for (const program of ['sh', 'grep', 'sed', 'mkdir', 'rmdir', 'mv', 'setpriv', 'btrfs'])
      await symlink(`/usr/bin/${program}`, join(tools.path, program))
    vi.stubEnv('PATH', tools.path)
    await sendSnapshot({ ...request('v@3'), note: { a: 1 } }, { signal })
    vi.unstubAllEnvs()
    expect(await differences('v@3')).toBe('')
    expect(await machines.incoming()).toEqual([])
  })

  test('a user there that may use sudo is enough', async () => {
    const { cut, far, there, received } = machines
    await cut('v@4')
    using tools = temporaryDirectory()
    await writeFile(join(tools.path, 'sudo'), `#!/bin/sh\necho "$1 $2 $3" >${tools.path}/said\nshift 2\nexec "$@"\n`)
    await chmod(join(tools.path, 'sudo'), 0o755)
    // In place of ssh: its last argument is what a shell there runs.
    await writeFile(join(tools.path, 'ssh'), '#!/bin/sh\nfor line; do :; done\nexec sh -c "$line"\n')
    await chmod(join(tools.path, 'ssh'), 0o755)
    vi.stubEnv('PATH', `${tools.path}:${process.env['PATH'] ?? ''}`)
    const sent = await sendSnapshot({ ...request('v@4'), far: { ...far, sudo: true }, directory: there }, { signal })
    expect((await readFile(join(tools.path, 'said'), 'utf8')).trim()).toBe('-n -- sh')
    expect((await received('v@4'))?.receivedUuid).toBe(sent.uuid)
  })

  test('without ssh here it says what is missing', async () => {
    using tools = temporaryDirectory()
    for (const program of ['sh', 'setpriv']) await symlink(`/usr/bin/${program}`, join(tools.path, program))
    await symlink((await command('sh', ['-c', 'command -v btrfs'])).trim(), join(tools.path, 'btrfs'))
    vi.stubEnv('PATH', tools.path)
    const send = sendSnapshot({ ...request('v@1'), far: machines.far }, { signal })
    await expect(send).rejects.toMatchObject({ code: 'BTRFS.MISSING', hint: 'install it (apt install openssh-client)' })
    await access(request('v@1').snapshot)
  })
})
