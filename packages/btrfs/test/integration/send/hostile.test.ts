import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command, part } from '@salvage-kit/testbed'
import { sshEnd } from '../../../src/far/far-end.ts'
import { sendSnapshot } from '../../../src/send/send-snapshot.ts'
import { HOST, twoMachines } from './two-machines.ts'
import type { TwoMachines } from './two-machines.ts'

const { signal } = new AbortController()
const isThere = part('btrfs').available && part('sshd').available

describe.skipIf(!isThere)('a send that is refused', () => {
  let machines: TwoMachines
  beforeAll(async () => {
    machines = await twoMachines()
  })
  afterAll(async () => machines[Symbol.asyncDispose]())

  test('connects to nobody when the snapshot is unknown, its name is none, or the host could be an option', async () => {
    const { request, volume, here, sshd, cut } = machines
    const real = await cut('v@1')
    const before = await logAtRest(sshd.log)
    const pwned = join(here, 'pwned')
    const refusals: [Parameters<typeof sendSnapshot>[0], string][] = [
      [request('v@nothing'), 'SNAPSHOT.NOT_FOUND'],
      [request(`x@y;touch ${pwned};#`), 'SNAPSHOT.NAME'],
      [{ ...request('v@1'), name: 'v@1@other' }, 'SNAPSHOT.NAME'],
      [{ ...request('v@1'), name: '../v@1' }, 'SNAPSHOT.NAME'],
      [{ ...request('v@1'), name: 'v@1\n' }, 'SNAPSHOT.NAME'],
      [{ ...request('v@1'), snapshot: volume }, 'SNAPSHOT.NAME'],
      [{ ...request('v@1'), directory: 'relative' }, 'SEND.DIRECTORY'],
      [{ ...request('v@1'), directory: '/a\nreceive' }, 'SEND.DIRECTORY'],
      ...[`-oProxyCommand=touch ${pwned}`, 'a b', 'a;id', 'root@a', ''].map(
        (host): [Parameters<typeof sendSnapshot>[0], string] => [
          { ...request('v@1'), far: { kind: 'ssh', host, configFile: sshd.configFile } },
          'HOST.NAME',
        ],
      ),
      [{ ...request('v@1'), far: { kind: 'ssh', host: HOST, port: 70_000 } }, 'HOST.PORT'],
      [{ ...request('v@1'), far: { kind: 'ssh', host: HOST, configFile: 'relative' } }, 'HOST.CONFIG'],
    ]
    for (const [refused, code] of refusals)
      await expect(sendSnapshot(refused, { signal }), JSON.stringify(refused)).rejects.toMatchObject({ code })
    expect(() => sshEnd('-x')).toThrow(/cannot be the name of a host/)
    expect(sshd.log()).toBe(before)
    await expect(access(pwned)).rejects.toThrow()
    await access(real)
  })

  test('a directory whose name a shell could misread is a directory', async () => {
    const { request, there } = machines
    const odd = join(there, `it's "$(touch pwned)"; \\ \`id\``)
    await command('mkdir', [odd])
    await sendSnapshot({ ...request('v@1'), directory: odd }, { signal })
    expect((await command('ls', ['-A', odd])).trim().split('\n')).toEqual(['.salvage-kit', 'v@1'])
  })

  test('what can be written is not sent', async () => {
    const { request, here, volume } = machines
    await command('btrfs', ['subvolume', 'snapshot', volume, join(here, 'v@rw')])
    await expect(sendSnapshot(request('v@rw'), { signal })).rejects.toMatchObject({ code: 'SEND.NOT_READ_ONLY' })
  })

  test('a directory that is not there, or not on BTRFS', async () => {
    const { request, namesHere } = machines
    for (const directory of ['/nowhere', '/proc'])
      await expect(sendSnapshot({ ...request('v@1'), directory }, { signal })).rejects.toMatchObject({
        code: 'SEND.FAR_DIRECTORY',
        message: `nothing can be sent to backup1:${directory}`,
      })
    expect((await namesHere()).filter((name) => name.endsWith('@nowhere'))).toEqual([])
  })

  test('a machine with another key than the known one', async () => {
    const { request, sshd, cut, namesThere } = machines
    await cut('v@2')
    await sshd.changeHostKey()
    await expect(sendSnapshot(request('v@2'), { signal })).rejects.toMatchObject({
      code: 'HOST.KEY_CHANGED',
      retryable: false,
    })
    expect(await namesThere()).not.toContain('v@2')
  })

  test('a machine that is down', async () => {
    const { request, sshd } = machines
    await sshd.stop()
    await expect(sendSnapshot(request('v@2'), { signal })).rejects.toMatchObject({
      code: 'HOST.UNREACHABLE',
      retryable: true,
    })
  })
})

describe.skipIf(!isThere)('a far side that is not what it seems', () => {
  test.each([
    ['ends after its greeting', (directory: string) => `printf '${greeting(directory)}'`, 'SEND.CUT'],
    [
      'takes all and says nothing',
      (directory: string) => `printf '${greeting(directory)}'; cat >/dev/null`,
      'SEND.CUT',
    ],
    [
      'keeps something else',
      (directory: string) => `printf '${greeting(directory)}'; cat >/dev/null; echo kept v@2`,
      'SEND.CUT',
    ],
    ['is no such script', () => 'echo hello; exit 3', 'SEND.FAR_FAILED'],
    ['never ends to speak', () => 'exec yes', 'SEND.FAR_FAILED'],
    ['never ends its first line', () => 'exec cat /dev/zero', 'SEND.FAR_FAILED'],
    ['says nothing at all', () => 'exit 1', 'SEND.FAR_FAILED'],
  ])('it %s', async (_, forcedCommand, code) => {
    await using machines = await twoMachines({ forcedCommand })
    await machines.cut('v@1', 1)
    const send = sendSnapshot(machines.request('v@1'), { signal, silenceMs: 3000 })
    await expect(send).rejects.toMatchObject({ code })
    expect(await machines.namesHere()).toEqual(['v@1'])
  })
})

/** What a `printf` of the far side makes the greeting of our script. */
function greeting(directory: string): string {
  return `salvage-kit-receive 1\\ndirectory ${directory}\\nreal /\\nready\\n`
}

/** What sshd said of the connection by which its start was seen may come late. */
async function logAtRest(log: () => string): Promise<string> {
  for (;;) {
    const before = log()
    await sleep(500)
    if (log() === before) return before
  }
}
