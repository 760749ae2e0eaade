import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { command, part } from '@salvage-kit/testbed'
import { waitingChild } from '../../crash/send/waiting-child.ts'
import { sendSnapshot } from '../../../src/send/send-snapshot.ts'
import { runningFor } from './running-for.ts'
import { twoMachines } from './two-machines.ts'
import type { TwoMachines } from './two-machines.ts'

const { signal } = new AbortController()
const isThere = part('btrfs').available && part('sshd').available

/** Half of it is received: what the far side has of it stands where no name is. */
async function halfReceived({ incoming, there }: TwoMachines, name: string): Promise<void> {
  await expect.poll(incoming, { timeout: 10_000, interval: 20 }).toEqual([name])
  const begun = join(there, '.salvage-kit/incoming', name, name)
  await expect.poll(async () => command('du', ['-sk', begun]).catch(() => ''), { timeout: 10_000 }).toMatch(/^\d{4,}/)
}

describe.skipIf(!isThere)('a send that fails half way', () => {
  let machines: TwoMachines
  beforeAll(async () => {
    machines = await twoMachines({ farMegabytes: 256 })
    await machines.cut('v@1', 1)
    await sendSnapshot(machines.request('v@1'), { signal })
    await machines.cut('v@2', 30)
  })
  afterAll(async () => machines[Symbol.asyncDispose]())
  afterEach(async () => {
    await machines.letGo()
    expect(await machines.namesThere()).toEqual(['v@1'])
    expect(await machines.namesHere()).toContain('v@1@backup1')
  })

  test('because the connection was cut: it may be tried again, and nothing is left there', async () => {
    const { request, hold, sshd, incoming } = machines
    await hold()
    const send = sendSnapshot(request('v@2'), { signal })
    send.catch(() => undefined)
    await halfReceived(machines, 'v@2')
    sshd.kill()
    await expect(send).rejects.toMatchObject({ code: 'SEND.CUT', retryable: true })
    await machines.letGo()
    await expect.poll(incoming, { timeout: 10_000 }).toEqual([])
  })

  test('because the far machine stands still: it says so in time', async () => {
    const { request, hold, sshd } = machines
    await hold()
    const send = sendSnapshot(request('v@2'), { signal, silenceMs: 1500 })
    send.catch(() => undefined)
    await halfReceived(machines, 'v@2')
    sshd.freeze()
    await expect(send).rejects.toMatchObject({ code: 'SEND.SILENT', retryable: true })
    sshd.thaw()
    await expect.poll(async () => runningFor(machines.here, machines.sshd.configFile), { timeout: 5000 }).toEqual([])
    await machines.letGo()
    await expect.poll(machines.incoming, { timeout: 10_000 }).toEqual([])
  })

  test('because it was told to end: at once, and no process goes on', async () => {
    const { request, hold } = machines
    await hold()
    const end = new AbortController()
    const send = sendSnapshot(request('v@2'), { signal: end.signal })
    send.catch(() => undefined)
    await halfReceived(machines, 'v@2')
    const reason = new Error('enough')
    end.abort(reason)
    await expect(send).rejects.toBe(reason)
    expect(await runningFor(machines.here, machines.sshd.configFile)).toEqual([])
    await machines.letGo()
    await expect.poll(machines.incoming, { timeout: 10_000 }).toEqual([])
  })

  test('because its process was killed: nothing goes on, and what it left goes', async () => {
    const { request, hold } = machines
    await hold()
    const child = waitingChild(join(import.meta.dirname, '../../crash/send/send-child.ts'))
    const ended = child.go(request('v@2'), { afterMs: 60_000, by: child.kill })
    await halfReceived(machines, 'v@2')
    expect(await runningFor(machines.here)).not.toEqual([])
    child.kill()
    expect(await ended).toBeNull()
    await expect.poll(async () => runningFor(machines.here, machines.sshd.configFile), { timeout: 5000 }).toEqual([])
    await machines.letGo()
    await expect.poll(machines.incoming, { timeout: 10_000 }).toEqual([])
  })

  test('because there is no room: the room is there again', async () => {
    const { request, cut, incoming, here } = machines
    await cut('v@big', 250)
    await expect(sendSnapshot(request('v@big'), { signal })).rejects.toMatchObject({
      code: 'SEND.FAR_FULL',
      why: expect.stringContaining('No space left'),
    })
    expect(await incoming()).toEqual([])
    await command('btrfs', ['subvolume', 'delete', join(here, 'v@big')])
    await command('rm', [join(machines.volume, 'v@big')])
  })

  test('because the far side received something else: it gets no name', async () => {
    const { request, failOnce } = machines
    await failOnce('ERROR: crc32 mismatch in command\n')
    await expect(sendSnapshot(request('v@2'), { signal })).rejects.toMatchObject({
      code: 'SEND.FAR_FAILED',
      why: 'crc32 mismatch in command',
    })
  })
})

describe.skipIf(!isThere)('after sends that died', () => {
  test('the next one of that name goes on, as a difference, and removes what they left', async () => {
    await using machines = await twoMachines()
    const { request, there, here, incoming, cut, namesThere } = machines
    await cut('v@1', 1)
    await sendSnapshot(request('v@1'), { signal })
    await cut('v@2', 1)
    // As a far machine that lost its power: nobody there could clear up.
    for (const name of ['v@2', 'w@7']) {
      await mkdir(join(there, '.salvage-kit/incoming', name), { recursive: true })
      await command('btrfs', ['subvolume', 'create', join(there, '.salvage-kit/incoming', name, 'half')])
    }
    expect(await sendSnapshot(request('v@2'), { signal })).toMatchObject({ parent: join(here, 'v@1'), findings: [] })
    expect(await incoming()).toEqual([])
    expect(await namesThere()).toEqual(['v@1', 'v@2'])
  })

  test('one that goes on there is not touched', async () => {
    await using machines = await twoMachines()
    const { request, cut, hold, letGo, incoming, namesThere, differences } = machines
    await cut('v@1', 10)
    await cut('v@2', 1)
    await hold()
    const slow = sendSnapshot(request('v@1'), { signal })
    await halfReceived(machines, 'v@1')
    const other = sendSnapshot(request('v@2'), { signal })
    await expect.poll(incoming).toEqual(['v@1', 'v@2'])
    await delay(200)
    await letGo()
    await Promise.all([slow, other])
    expect(await namesThere()).toEqual(['v@1', 'v@2'])
    expect(await differences('v@1')).toBe('')
  })
})

describe.skipIf(!isThere)('a key that may only receive', () => {
  const script = join(import.meta.dirname, '../../../share/salvage-kit-receive')

  test('receives into its directory, and opens nothing else', async () => {
    await using machines = await twoMachines({ forcedCommand: (directory) => `${script} ${directory}` })
    const { request, cut, namesThere, sshd, there } = machines
    await cut('v@1', 1)
    await sendSnapshot(request('v@1'), { signal })
    await cut('v@2', 1)
    expect(await sendSnapshot(request('v@2'), { signal })).toMatchObject({ parent: request('v@1').snapshot })
    expect(await namesThere()).toEqual(['v@1', 'v@2'])

    expect(await sendSnapshot({ ...request('v@2'), directory: `${there}/` }, { signal })).toMatchObject({
      already: true,
    })
    await cut('v@3')
    await expect(sendSnapshot({ ...request('v@3'), directory: '/tmp' }, { signal })).rejects.toMatchObject({
      code: 'SEND.FAR_DIRECTORY',
      why: `this key may only use ${there}`,
    })
    const shell = async (input: string): Promise<string> =>
      command('sh', [
        '-c',
        'printf "$1" | ssh -F "$2" -o StrictHostKeyChecking=accept-new x "touch $3/pwned; id"',
        'sh',
        input,
        sshd.configFile,
        there,
      ]).catch(String)
    for (const input of [
      '',
      'id\n',
      'note ../../x 0 {}\n',
      'note v@none 0 {}\n',
      `receive ../../x 0 {}\n`,
      `receive v@9;touch$IFS${there}/pwned 0\n`,
      `receive .x 0\n`,
      `receive v@9 $(id)\n`,
    ])
      expect(await shell(input)).not.toContain('uid=0')
    expect((await command('ls', ['-A', there])).trim().split('\n')).toEqual(['.salvage-kit', 'v@1', 'v@2'])
  })
})
