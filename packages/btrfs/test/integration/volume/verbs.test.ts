import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { recordMount } from '../../../src/mount/mount-record.ts'
import { cloneVolume } from '../../../src/volume/clone-volume.ts'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { listSnapshots } from '../../../src/volume/list-snapshots.ts'
import { listVolumes, volumeExists } from '../../../src/volume/list-volumes.ts'
import { removeSnapshots } from '../../../src/volume/remove-snapshots.ts'
import { removeVolume } from '../../../src/volume/remove-volume.ts'
import { restoreVolume } from '../../../src/volume/restore-volume.ts'
import { snapshotNames } from '../../../src/volume/snapshot-names.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { usageOf } from '../../../src/volume/usage.ts'
import { ground, never } from './ground.ts'
import type { Ground } from './ground.ts'

describe.skipIf(!part('btrfs').available)('volumes', () => {
  let there: Ground
  beforeAll(async () => {
    there = await ground()
  })
  afterAll(async () => {
    await there[Symbol.asyncDispose]()
  })
  const tree = async (): Promise<string> => command('find', [there.root, '-printf', '%p %y %i\n'])

  it('are made once, listed and removed', async () => {
    expect(await createVolume(there, 'made', never)).toEqual({ isNew: true })
    await there.write('made', 'kept')
    expect(await createVolume(there, 'made', { ...never, copyOnWrite: false })).toEqual({ isNew: false })
    expect(await there.read('made')).toBe('kept')
    mkdirSync(there.volume('plain'))
    expect(await listVolumes(there.settings, never)).toEqual(['made'])
    expect(await volumeExists(there.settings, 'made', never)).toBe(true)
    expect(await volumeExists(there.settings, 'plain', never)).toBe(false)
    await removeVolume(there, 'made', never)
    await expect(removeVolume(there, 'made', never)).rejects.toMatchObject({ code: 'VOLUME.NOT_FOUND' })
    await expect(removeVolume(there, 'plain', never)).rejects.toMatchObject({ code: 'VOLUME.PLAIN' })
    await expect(createVolume(there, 'plain', never)).rejects.toMatchObject({ code: 'VOLUME.PLAIN' })
    await command('rmdir', [there.volume('plain')])
  })

  it('made by twenty at once is made once', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, async (_, n) =>
        createVolume(there, 'often', { ...never, ...(n % 2 === 0 ? {} : { copyOnWrite: false }) }),
      ),
    )
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(readdirSync(there.settings.volumesPath)).toEqual(['often'])
    await removeVolume(there, 'often', never)
  })

  it.each([
    ['before it has its name', 'property', { compression: 'zstd' } as const],
    ['before it is begun', 'subvolume', { copyOnWrite: false } as const],
  ])('that somebody else makes %s stay, and nothing is left of the other', async (_when, verb, wanted) => {
    using tools = temporaryDirectory()
    const btrfs = (await command('sh', ['-c', 'command -v btrfs'])).trim()
    const other = `[ -d ${there.volume('raced')} ] || ${btrfs} subvolume create ${there.volume('raced')}`
    const script = `#!/bin/sh\n[ "$1" != ${verb} ] || { ${other}; }\nexec ${btrfs} "$@"\n`
    writeFileSync(join(tools.path, 'btrfs'), script, { mode: 0o755 })
    vi.stubEnv('PATH', `${tools.path}:${process.env['PATH'] ?? ''}`)
    const made = await createVolume(there, 'raced', { ...never, ...wanted })
    vi.unstubAllEnvs()
    expect(made).toEqual({ isNew: false })
    expect(readdirSync(there.settings.volumesPath)).toEqual(['raced'])
    expect(await there.rig.journal.pending()).toEqual([])
    await removeVolume(there, 'raced', never)
  })

  it('that are not there, because nothing is mounted, are no fault of the program', async () => {
    const settings = { ...there.settings, volumesPath: '/no/volumes', snapshotsPath: '/no/snapshots' }
    for (const list of [listVolumes, listSnapshots, snapshotNames])
      await expect(list(settings, never)).rejects.toMatchObject({
        code: 'BTRFS.NOT_FOUND',
        hint: expect.stringContaining('mount'),
      })
    await expect(listVolumes({ volumesPath: tmpdir() }, never)).rejects.toMatchObject({ code: 'BTRFS.NOT_BTRFS' })
  })

  it('get the options that were asked for, and none that contradict each other', async () => {
    await createVolume(there, 'nocow', { ...never, copyOnWrite: false })
    expect(await command('lsattr', ['-d', there.volume('nocow')])).toMatch(/^-*C-* /)
    for (const compression of ['zlib', 'lzo', 'zstd'] as const) {
      await createVolume(there, compression, { ...never, compression })
      expect(await command('btrfs', ['property', 'get', there.volume(compression), 'compression'])).toContain(
        compression,
      )
      await removeVolume(there, compression, never)
    }
    await expect(
      createVolume(there, 'both', { ...never, copyOnWrite: false, compression: 'zstd' }),
    ).rejects.toMatchObject({ code: 'VOLUME.OPTIONS' })
    await expect(createVolume(there, 'sized', { ...never, size: 1_000_000 })).rejects.toMatchObject({
      code: 'VOLUME.NO_QUOTA',
      // What it is called while it is made helps nobody.
      message: expect.not.stringContaining('.sized.'),
    })
    expect(readdirSync(there.settings.volumesPath)).toEqual(['nocow'])
    await removeVolume(there, 'nocow', never)
  })

  it.each([
    'a/b',
    '/abs',
    '../x',
    '..',
    '.',
    'a..b',
    'a b',
    'é',
    'a@b',
    'a:b',
    '`id`',
    '$(id)',
    'a\n',
    '',
    '-dash',
    '.hidden',
    'x'.repeat(256),
  ])('named %j are refused by every verb, and nothing is made anywhere', async (name) => {
    const before = await tree()
    const refused = { code: 'VOLUME.NAME' }
    await expect(createVolume(there, name, never)).rejects.toMatchObject(refused)
    await expect(removeVolume(there, name, never)).rejects.toMatchObject(refused)
    await expect(snapshotVolume(there, name, never)).rejects.toMatchObject(refused)
    await expect(cloneVolume(there, name, 'x', never)).rejects.toMatchObject(refused)
    await expect(cloneVolume(there, 'x', name, never)).rejects.toMatchObject(refused)
    await expect(usageOf(there.settings, [name], never)).rejects.toMatchObject(refused)
    await expect(listSnapshots(there.settings, { ...never, volume: name })).rejects.toMatchObject(refused)
    if (!name.includes('@')) await expect(restoreVolume(there, name, never)).rejects.toMatchObject(refused)
    expect(await tree()).toBe(before)
  })

  it.each(['UPPER', 'a.b_c-d', 'metadata.db', 'None', 'list', 'x'.repeat(228)])(
    'named %j work with every verb',
    async (name) => {
      await createVolume(there, name, { ...never, compression: 'lzo' })
      await there.write(name, 'one')
      const { snapshot } = await snapshotVolume(there, name, never)
      await there.write(name, 'two')
      expect(await listVolumes(there.settings, never)).toEqual([name])
      expect((await listSnapshots(there.settings, { ...never, volume: name })).map((one) => one.name)).toEqual([
        snapshot,
      ])
      const { safety = '' } = await restoreVolume(there, name, never)
      expect(await there.read(name)).toBe('one')
      expect(await there.read(safety)).toBe('two')
      await cloneVolume(there, name, 'copy', never)
      expect(await there.read('copy')).toBe('one')
      expect(await usageOf(there.settings, [name, 'copy'], never)).toMatchObject([{ volume: name }, { volume: 'copy' }])
      await removeSnapshots(there, [snapshot, safety], never)
      await removeVolume(there, name, never)
      await removeVolume(there, 'copy', never)
      expect(readdirSync(there.settings.volumesPath)).toEqual([])
    },
  )

  it('are cloned, and not onto what is there', async () => {
    await createVolume(there, 'from', never)
    await there.write('from', 'x')
    expect(await cloneVolume(there, 'from', 'to', never)).toEqual({ findings: [] })
    await there.write('to', 'y')
    expect(await there.read('from')).toBe('x')
    await expect(cloneVolume(there, 'from', 'to', never)).rejects.toMatchObject({ code: 'VOLUME.EXISTS' })
    await expect(cloneVolume(there, 'none', 'other', never)).rejects.toMatchObject({ code: 'VOLUME.NOT_FOUND' })
    mkdirSync(there.volume('plain'))
    await expect(cloneVolume(there, 'from', 'plain', never)).rejects.toMatchObject({ code: 'VOLUME.PLAIN' })
    expect(readdirSync(there.volume('plain'))).toEqual([])
    await command('rmdir', [there.volume('plain')])
    await removeVolume(there, 'from', never)
    await removeVolume(there, 'to', never)
  })

  it('in use are not removed', async () => {
    await createVolume(there, 'used', never)
    await recordMount(there.settings.mountsPath, 'used', 'id')
    await expect(removeVolume(there, 'used', never)).rejects.toMatchObject({ code: 'VOLUME.IN_USE' })
    expect(await volumeExists(there.settings, 'used', never)).toBe(true)
    await command('rm', ['-r', there.settings.mountsPath])
    await removeVolume(there, 'used', never)
  })

  it('that hold subvolumes are cut with a warning, and neither removed nor restored', async () => {
    await createVolume(there, 'nest', never)
    await there.write('nest', 'one')
    const { snapshot } = await snapshotVolume(there, 'nest', never)
    mkdirSync(join(there.volume('nest'), 'deep'))
    const inner = join(there.volume('nest'), 'deep', 'inner')
    await command('btrfs', ['subvolume', 'create', inner])
    writeFileSync(join(inner, 'f'), 'inside')
    const warned = { code: 'VOLUME.NESTED_LEFT_OUT' }
    const second = await snapshotVolume(there, 'nest', never)
    expect(second.findings).toMatchObject([warned])
    expect(await cloneVolume(there, 'nest', 'cloned', never)).toMatchObject({ findings: [warned] })
    const before = await tree()
    await expect(removeVolume(there, 'nest', never)).rejects.toMatchObject({ code: 'VOLUME.NESTED' })
    await expect(restoreVolume(there, snapshot, never)).rejects.toMatchObject({ code: 'VOLUME.NESTED' })
    expect(await tree()).toBe(before)
    expect(readFileSync(join(inner, 'f'), 'utf8')).toBe('inside')
    await command('btrfs', ['subvolume', 'delete', inner])
    await removeVolume(there, 'nest', never)
    await removeVolume(there, 'cloned', never)
    await removeSnapshots(there, [snapshot, second.snapshot], never)
  })

  it('say what they take of the disk', async () => {
    await createVolume(there, 'big', never)
    await command('dd', ['if=/dev/urandom', `of=${there.volume('big')}/f`, 'bs=1M', 'count=4'])
    await command('btrfs', ['filesystem', 'sync', there.root])
    await cloneVolume(there, 'big', 'half', never)
    await command('dd', ['if=/dev/urandom', `of=${there.volume('half')}/g`, 'bs=1M', 'count=2'])
    await command('btrfs', ['filesystem', 'sync', there.root])
    const mib = 1024 * 1024
    expect(await usageOf(there.settings, ['half', 'big'], never)).toEqual([
      { volume: 'half', total: 6 * mib, exclusive: 2 * mib, shared: 4 * mib },
      { volume: 'big', total: 4 * mib, exclusive: 0, shared: 4 * mib },
    ])
    expect(await usageOf(there.settings, [], never)).toEqual([])
    await removeVolume(there, 'big', never)
    await removeVolume(there, 'half', never)
  })

  it('leave nothing in the journal and no hidden subvolume', async () => {
    expect(await there.rig.journal.pending()).toEqual([])
    expect(readdirSync(there.settings.volumesPath)).toEqual([])
  })
})
