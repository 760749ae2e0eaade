import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { pluginBench } from './plugin-bench.ts'
import type { PluginBench } from './plugin-bench.ts'

describe.skipIf(!part('btrfs').available)("Docker's calls", () => {
  let bench: PluginBench
  beforeAll(async () => {
    bench = await pluginBench()
  })
  afterAll(async () => bench[Symbol.asyncDispose]())
  afterEach(async () => {
    for (const name of readdirSync(bench.settings.mountsPath)) {
      for (const ID of readdirSync(join(bench.settings.mountsPath, name))) await done('Unmount', { Name: name, ID })
    }
    for (const name of readdirSync(bench.settings.volumesPath)) await done('Remove', { Name: name })
    expect(readdirSync(bench.settings.volumesPath)).toEqual([])
  })

  const done = async (verb: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await bench.post(`VolumeDriver.${verb}`, body)
    expect(answer).toMatchObject({ status: 200, err: '' })
    return answer.body
  }
  const refused = async (verb: string, body: object): Promise<string> => {
    const { status, err } = await bench.post(`VolumeDriver.${verb}`, body)
    expect(status).toBe(200)
    expect(err).not.toBe('')
    return err
  }
  const pathOf = (name: string): string => join(bench.settings.volumesPath, name)

  test('the plugin says what it is', async () => {
    expect((await bench.post('Plugin.Activate', {})).body).toEqual({ Err: '', Implements: ['VolumeDriver'] })
    expect(await done('Capabilities', {})).toMatchObject({ Capabilities: { Scope: 'local' } })
  })

  test('a volume is a subvolume, and making it again leaves it as it is', async () => {
    await done('Create', { Name: 'a', Opts: null })
    expect(lstatSync(pathOf('a')).ino).toBe(256)
    writeFileSync(join(pathOf('a'), 'f'), 'kept')
    await done('Create', { Name: 'a', Opts: { copyonwrite: 'true' } })
    expect(readdirSync(pathOf('a'))).toEqual(['f'])
    expect(readdirSync(bench.settings.volumesPath)).toEqual(['a'])
  })

  test('a volume tells where it is, since when, and what it has', async () => {
    const before = Date.now()
    await done('Create', { Name: 'a' })
    mkdirSync(join(bench.settings.snapshotsPath, 'a@2026-01-01T00:00:00.000000'))
    mkdirSync(join(bench.settings.snapshotsPath, 'a@2026-01-01T00:00:00.000000@host'))
    mkdirSync(join(bench.settings.snapshotsPath, 'ab@2026-01-01T00:00:00.000000'))
    await done('Mount', { Name: 'a', ID: 'x' })
    const { Volume } = await done('Get', { Name: 'a' })
    expect(Volume).toMatchObject({ Name: 'a', Mountpoint: pathOf('a'), Status: { Snapshots: 1, Mounts: 1 } })
    const { Volumes } = await done('List', {})
    expect(Volumes).toMatchObject([{ Name: 'a', Mountpoint: pathOf('a'), CreatedAt: expect.any(String) }])
    const createdAt = JSON.stringify(Volume).match(/"CreatedAt":"([^"]+)"/)?.[1] ?? ''
    expect(Math.abs(new Date(createdAt).getTime() - before)).toBeLessThan(60_000)
    expect(await done('Path', { Name: 'a' })).toMatchObject({ Mountpoint: pathOf('a') })
  })

  test.each(['Get', 'Path', 'Mount'])('%s of nothing says so, and leaves nothing', async (verb) => {
    expect(await refused(verb, { Name: 'a', ID: 'x' })).toMatch(/no such volume/)
    expect(readdirSync(bench.settings.mountsPath)).toEqual([])
  })

  test('Remove and Unmount of nothing succeed', async () => {
    await done('Remove', { Name: 'a' })
    await done('Unmount', { Name: 'a', ID: 'x' })
    await done('Create', { Name: 'a' })
    await done('Unmount', { Name: 'a', ID: 'x' })
  })

  test('a mounted volume is not removed, however often the mount was asked for', async () => {
    await done('Create', { Name: 'a' })
    await done('Mount', { Name: 'a', ID: 'x' })
    await done('Mount', { Name: 'a', ID: 'x' })
    await done('Mount', { Name: 'a', ID: 'y' })
    const failures = (): number => bench.told.filter((type) => type === 'verb.failed').length
    const before = failures()
    expect(await refused('Remove', { Name: 'a' })).toMatch(/VOLUME\.IN_USE/)
    // It looks again for a while; that is no line each in anybody's log.
    expect(failures() - before).toBe(1)
    await done('Unmount', { Name: 'a', ID: 'x' })
    expect(await refused('Remove', { Name: 'a' })).toMatch(/VOLUME\.IN_USE/)
    await done('Unmount', { Name: 'a', ID: 'y' })
    await done('Remove', { Name: 'a' })
    expect(readdirSync(bench.settings.mountsPath)).toEqual([])
  })

  test('a volume with a subvolume in it is not removed', async () => {
    await done('Create', { Name: 'a' })
    writeFileSync(join(pathOf('a'), 'f'), 'kept')
    execFileSync('btrfs', ['subvolume', 'create', join(pathOf('a'), 'inner')])
    expect(await refused('Remove', { Name: 'a' })).toMatch(/VOLUME\.NESTED/)
    expect(readdirSync(pathOf('a')).toSorted()).toEqual(['f', 'inner'])
    execFileSync('btrfs', ['subvolume', 'delete', join(pathOf('a'), 'inner')])
  })

  test('a plain directory is no volume, and nothing is made in it', async () => {
    mkdirSync(pathOf('a'))
    for (const verb of ['Create', 'Remove', 'Mount', 'Get', 'Path'])
      expect(await refused(verb, { Name: 'a', ID: 'x' })).toMatch(/VOLUME\.PLAIN/)
    expect(readdirSync(pathOf('a'))).toEqual([])
    expect(await done('List', {})).toMatchObject({ Volumes: [] })
    execFileSync('rmdir', [pathOf('a')])
  })

  test.each([
    [{}, /C/],
    [{ copyonwrite: 'FALSE' }, /C/],
    [{ copyonwrite: 'true' }, /^[^Cc]*$/],
    [{ compression: 'zstd' }, /^[^C]*c[^C]*$/],
    [{ compression: 'true', copyonwrite: 'True' }, /^[^C]*c[^C]*$/],
    [{ compression: 'false' }, /C/],
  ])('options %j', async (Opts, expected) => {
    await done('Create', { Name: 'a', Opts })
    expect(flags(pathOf('a'))).toMatch(expected)
    if ('compression' in Opts && Opts.compression !== 'false') {
      const set = execFileSync('btrfs', ['property', 'get', pathOf('a'), 'compression'], { encoding: 'utf8' })
      expect(set).toBe('compression=zstd\n')
    }
  })

  test.each([
    [{ copyonwrite: 'maybe' }, /VOLUME\.OPTIONS/],
    [{ compression: 'brotli' }, /VOLUME\.OPTIONS/],
    [{ copyonwrite: 'false', compression: 'lzo' }, /against each other/],
    [{ size: 'big' }, /VOLUME\.OPTIONS/],
    [{ size: '10M' }, /VOLUME\.NO_QUOTA/],
  ])('options %j are refused, and nothing is made', async (Opts, expected) => {
    expect(await refused('Create', { Name: 'a', Opts })).toMatch(expected)
    expect(readdirSync(bench.settings.volumesPath)).toEqual([])
  })

  test('an option that nobody knows is warned of', async () => {
    await done('Create', { Name: 'a', Opts: { compresion: 'zstd' } })
    expect(bench.warnings.at(-1)).toMatchObject({ code: 'VOLUME.OPTION_UNKNOWN', hint: 'did you mean "compression"?' })
  })

  test('names that look like something else are names', async () => {
    for (const Name of ['metadata.db', 'None', 'list', '_', 'UPPER', 'a.b_c-d', 'x'.repeat(228)]) {
      await done('Create', { Name })
      await done('Mount', { Name, ID: 'x' })
      await done('Unmount', { Name, ID: 'x' })
    }
    const { Volumes } = await done('List', {})
    expect(Volumes).toHaveLength(7)
    expect(existsSync(pathOf('metadata.db'))).toBe(true)
  })

  test('what a dead process began to make is taken away at the start', async () => {
    const { rig } = bench
    const path = join(bench.settings.volumesPath, '.a.salvage-dead-1')
    execFileSync('btrfs', ['subvolume', 'create', path])
    await rig.journal.open([
      {
        runId: 'dead-1',
        order: 0,
        undo: { kind: 'effect', target: 'btrfs:a', effect: 'btrfs.discard', token: { path } },
      },
    ])
    await bench.stop()
    await bench.start()
    await expect.poll(() => existsSync(path)).toBe(false)
    expect(await rig.journal.pending()).toEqual([])
  })

  test('what cannot be put back at the start is told, and keeps nothing else', async () => {
    const { rig } = bench
    const path = join(bench.settings.volumesPath, '.b.salvage-dead-2')
    execFileSync('btrfs', ['subvolume', 'create', path])
    const [stuck] = await rig.journal.open([
      { runId: 'dead-3', order: 0, undo: { kind: 'effect', target: 'btrfs:a', effect: 'btrfs.gone', token: {} } },
      {
        runId: 'dead-2',
        order: 0,
        undo: { kind: 'effect', target: 'btrfs:b', effect: 'btrfs.discard', token: { path } },
      },
    ])
    await bench.stop()
    await bench.start()
    await expect.poll(() => existsSync(path)).toBe(false)
    await expect.poll(() => bench.warnings.at(-1)?.code).toBe('RECOVER.STUCK')
    expect(await refused('Create', { Name: 'a' })).toMatch(/RECOVER\.STUCK/)
    await done('Create', { Name: 'c' })
    await rig.journal.settle(stuck === undefined ? [] : [stuck.id])
    await done('Create', { Name: 'a' })
  })
})

/** As lsattr writes them: `C` is without copy-on-write, `c` compressed. */
function flags(path: string): string {
  return execFileSync('lsattr', ['-d', path], { encoding: 'utf8' }).split(' ')[0] ?? ''
}
