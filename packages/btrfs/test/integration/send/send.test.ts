import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command, part } from '@salvage-kit/testbed'
import { sendSnapshot } from '../../../src/send/send-snapshot.ts'
import { HOST, twoMachines } from './two-machines.ts'
import type { TwoMachines } from './two-machines.ts'

const { signal } = new AbortController()
const isThere = part('btrfs').available && part('sshd').available

describe.skipIf(!isThere)('sending to another machine', () => {
  let machines: TwoMachines
  beforeAll(async () => {
    machines = await twoMachines()
  })
  afterAll(async () => machines[Symbol.asyncDispose]())

  test('the first one goes whole, later ones as their difference', async () => {
    const { cut, request, received, namesHere, namesThere, incoming, differences } = machines
    await cut('v@1', 40)
    await cut('v@2', 4)
    const first = await sendSnapshot(request('v@1'), { signal })
    expect(first).toMatchObject({ name: 'v@1', already: false, findings: [] })
    expect(first.parent).toBeUndefined()
    expect(first.bytes).toBeGreaterThan(40_000_000)
    expect(await namesHere()).toEqual(['v@1', `v@1@${HOST}`, 'v@2'])

    const second = await sendSnapshot(request('v@2'), { signal })
    expect(second).toMatchObject({ already: false, parent: request('v@1').snapshot, findings: [] })
    expect(second.bytes).toBeGreaterThan(4_000_000)
    expect(second.bytes).toBeLessThan(6_000_000)
    expect(await namesHere()).toEqual(['v@1', 'v@2', `v@2@${HOST}`])
    expect(await namesThere()).toEqual(['v@1', 'v@2'])
    expect(await incoming()).toEqual([])
    const [one, two] = [await received('v@1'), await received('v@2')]
    expect(one?.receivedUuid).toBe(first.uuid)
    expect(two?.receivedUuid).toBe(second.uuid)
    expect(await differences('v@2')).toBe('')
  })

  test('one that is there already is left as it is, and nothing is transferred', async () => {
    const { request, received, namesHere } = machines
    const before = await received('v@2')
    const again = await sendSnapshot(request('v@2'), { signal })
    expect(again).toMatchObject({ already: true, bytes: 0, uuid: before?.receivedUuid, findings: [] })
    expect(await received('v@2')).toEqual(before)
    expect(await namesHere()).toContain(`v@2@${HOST}`)
  })

  test('a parent that was purged here: the next best one, and it is told', async () => {
    const { cut, request, here } = machines
    await command('btrfs', ['subvolume', 'delete', join(here, 'v@2')])
    await cut('v@3')
    const sent = await sendSnapshot(request('v@3'), { signal })
    expect(sent.parent).toBe(join(here, 'v@1'))
    expect(sent.findings).toMatchObject([
      { code: 'SEND.PARENT_MISSING', message: expect.stringContaining('v@2 was sent to backup1 last and is not here') },
    ])
  })

  test('a parent that is missing there: the next best one, and it is told', async () => {
    const { cut, request, here, there } = machines
    await command('btrfs', ['subvolume', 'delete', join(there, 'v@3')])
    await cut('v@4')
    const sent = await sendSnapshot(request('v@4'), { signal })
    expect(sent.parent).toBe(join(here, 'v@1'))
    expect(sent.findings).toMatchObject([
      { code: 'SEND.PARENT_MISSING', message: expect.stringContaining('at backup1') },
    ])
  })

  test('a far side that cannot find the parent at last: the next best one by another connection', async () => {
    const { cut, request, failOnce, here, differences } = machines
    await cut('v@5', 1)
    await failOnce('ERROR: cannot find parent subvolume\n')
    const sent = await sendSnapshot(request('v@5'), { signal })
    expect(sent.parent).toBe(join(here, 'v@1'))
    expect(await differences('v@5')).toBe('')
  })

  test('no parent at all: whole, and it is told', async () => {
    const { cut, request, here, namesHere } = machines
    for (const name of await namesHere()) await command('btrfs', ['subvolume', 'delete', join(here, name)])
    await cut('v@6')
    const sent = await sendSnapshot({ ...request('v@6') }, { signal })
    expect(sent.parent).toBeUndefined()
    expect(sent.findings).toMatchObject([
      { code: 'SEND.PARENT_MISSING', message: expect.stringContaining('none is here') },
    ])
  })

  test('what another program sent is a parent too, with its marker', async () => {
    const { cut, request, here, there, namesHere } = machines
    await cut('v@7')
    await command('sh', ['-c', `btrfs send -q ${here}/v@7 | btrfs receive -q ${there}`])
    await command('btrfs', ['subvolume', 'snapshot', '-r', join(here, 'v@7'), join(here, `v@7@${HOST}`)])
    await cut('v@8', 1)
    const sent = await sendSnapshot(request('v@8'), { signal })
    expect(sent).toMatchObject({ parent: join(here, 'v@7'), findings: [] })
    expect((await namesHere()).filter((name) => name.endsWith(HOST))).toEqual([`v@8@${HOST}`])
  })

  test('a name that something else has there: nothing is sent and nothing deleted', async () => {
    const { cut, request, there } = machines
    await cut('v@9')
    await mkdir(join(there, 'v@9'))
    await writeFile(join(there, 'v@9', 'precious'), '')
    await expect(sendSnapshot(request('v@9'), { signal })).rejects.toMatchObject({
      code: 'SEND.TAKEN',
      retryable: false,
    })
    await access(join(there, 'v@9', 'precious'))
    await cut('v@10')
    await command('btrfs', ['subvolume', 'create', join(there, 'v@10')])
    await expect(sendSnapshot(request('v@10'), { signal })).rejects.toMatchObject({ code: 'SEND.TAKEN' })
    await cut('v@11')
    await command('btrfs', ['subvolume', 'snapshot', '-r', join(there, 'v@8'), join(there, 'v@11')])
    await expect(sendSnapshot(request('v@11'), { signal })).rejects.toMatchObject({ code: 'SEND.TAKEN' })
    expect(await machines.incoming()).toEqual([])
  })

  test('another name there, a parent from another directory, and a note that comes with it', async () => {
    const { request, here, there, volume, received } = machines
    const cuts = join(here, 'cuts')
    await mkdir(cuts)
    await command('btrfs', ['subvolume', 'snapshot', '-r', volume, join(cuts, 'w-0001')])
    const sent = await sendSnapshot(
      {
        snapshot: join(cuts, 'w-0001'),
        far: request('v').far,
        directory: there,
        name: 'w@1',
        parentsIn: [here],
        note: { text: `a\\n'"$(id) b` },
      },
      { signal },
    )
    expect(sent.parent?.startsWith(`${here}/v@`)).toBe(true)
    expect((await received('w@1'))?.receivedUuid).toBe(sent.uuid)
    // A second send of it keeps the note that is there, and gives one to a copy that has none.
    const again = { far: request('v').far, directory: there, note: { text: 'new' } }
    expect(await sendSnapshot({ ...again, snapshot: join(cuts, 'w-0001'), name: 'w@1' }, { signal })).toMatchObject({
      already: true,
    })
    expect(await sendSnapshot({ ...again, snapshot: join(here, 'v@8') }, { signal })).toMatchObject({ already: true })
    expect(await readFile(join(there, '.salvage-kit/points/v@8.json'), 'utf8')).toBe('{"text":"new"}\n')
    const note: unknown = JSON.parse(await readFile(join(there, '.salvage-kit/points/w@1.json'), 'utf8'))
    expect(note).toEqual({ text: `a\\n'"$(id) b` })
  })

  test('two of one volume at once: both arrive, and the newer is marked', async () => {
    const { cut, request, namesHere, namesThere } = machines
    await cut('v@20', 2)
    await cut('v@21', 2)
    await Promise.all(['v@20', 'v@21'].map(async (name) => sendSnapshot(request(name), { signal })))
    expect(await namesThere()).toEqual(expect.arrayContaining(['v@20', 'v@21']))
    expect((await namesHere()).filter((name) => name.endsWith(HOST))).toEqual([`v@21@${HOST}`])
  })

  test('an old one that ends after a newer one was cut and sent: the newer stays marked', async () => {
    const { cut, request, here, namesHere, incoming, hold, letGo } = machines
    await cut('v@old', 8)
    await hold()
    const old = sendSnapshot(request('v@old'), { signal })
    await expect.poll(incoming, { timeout: 10_000 }).toEqual(['v@old'])
    const newer = await cut('v@new')
    await command('btrfs', ['subvolume', 'snapshot', '-r', newer, join(here, `v@new@${HOST}`)])
    await letGo()
    await old
    expect((await namesHere()).filter((name) => name.endsWith(HOST))).toEqual([`v@new@${HOST}`])
  })

  test('one twice at once: the copy is whole, and nobody is told a lie', async () => {
    const { cut, request, differences, incoming, namesHere } = machines
    await cut('v@22', 5)
    const both = await Promise.all([1, 2].map(async () => sendSnapshot(request('v@22'), { signal })))
    expect(both.filter(({ already }) => already)).toHaveLength(1)
    expect(await differences('v@22')).toBe('')
    expect(await incoming()).toEqual([])
    expect((await namesHere()).filter((name) => name.endsWith(HOST))).toEqual([`v@22@${HOST}`])
  })
})
