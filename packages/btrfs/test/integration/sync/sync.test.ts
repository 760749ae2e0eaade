import { chmod, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { command, part, privateSshd, temporaryDirectory } from '@salvage-kit/testbed'
import type { PrivateSshd, TemporaryDirectory } from '@salvage-kit/testbed'
import { syncVolume } from '../../../src/sync/sync-volume.ts'
import type { SyncedVolume } from '../../../src/sync/sync-volume.ts'
import { createSubvolume } from '../../../src/subvolume/subvolume.ts'
import type { VolumeHost } from '../../../src/volume/place.ts'
import { ground, never, rigAt } from '../volume/ground.ts'
import type { Ground } from '../volume/ground.ts'

const isThere = part('btrfs').available && part('sshd').available
const OLD = new Date('2020-01-01T00:00:00Z')
const NEW = new Date('2024-01-01T00:00:00Z')

describe.skipIf(!isThere)('synchronising from another machine', () => {
  let here: Ground
  let sshd: PrivateSshd
  let tools: TemporaryDirectory
  let host: VolumeHost
  let far = ''
  beforeAll(async () => {
    here = await ground()
    tools = temporaryDirectory()
    sshd = await privateSshd({ pathFirst: tools.path })
    host = { rig: here.rig, settings: { ...here.settings, sshPort: 0 } }
    far = join(here.root, 'far')
    await mkdir(far)
  })
  afterAll(async () => {
    await sshd[Symbol.asyncDispose]()
    tools[Symbol.dispose]()
    await here[Symbol.asyncDispose]()
  })
  let name = ''
  let count = 0
  beforeEach(async () => {
    name = `v${String((count += 1))}`
    await createSubvolume(here.volume(name), never)
    await createSubvolume(join(far, name), never)
  })

  async function sync(...hosts: string[]): Promise<SyncedVolume> {
    return syncVolume(host, { volume: name, hosts }, { ...never, configFile: sshd.configFile, farVolumesPath: far })
  }

  /** Of the volume. */
  async function snapshots(): Promise<readonly string[]> {
    return (await readdir(here.settings.snapshotsPath)).filter((one) => one.startsWith(`${name}@`))
  }

  test('brings what is newer and what is missing, removes nothing, and saves what was there', async () => {
    const mine = (file: string): string => join(here.volume(name), file)
    const theirs = (file: string): string => join(far, name, file)
    await put(mine('newer-here'), 'mine', NEW)
    await put(theirs('newer-here'), 'theirs', OLD)
    await put(mine('newer-there'), 'mine', OLD)
    await put(theirs('newer-there'), 'theirs', NEW)
    await put(mine('only-here'), 'mine', OLD)
    await put(theirs('only-there'), 'theirs', OLD)
    const done = await sync('a', 'b', 'a')
    expect(done).toMatchObject({ hosts: [{ host: 'a' }, { host: 'b' }], findings: [] })
    expect(done.hosts.some(({ failure }) => failure !== undefined)).toBe(false)
    const files = await readdir(here.volume(name))
    expect(files.toSorted()).toEqual(['newer-here', 'newer-there', 'only-here', 'only-there'])
    const contents = await Promise.all(files.toSorted().map(async (file) => readFile(mine(file), 'utf8')))
    expect(contents).toEqual(['mine', 'theirs', 'mine', 'theirs'])
    expect(await readFile(join(here.snapshot(done.snapshot ?? ''), 'newer-there'), 'utf8')).toBe('mine')
    expect(await readdir(join(far, name))).toHaveLength(3)
  })

  test('keeps hard links, holes, modes, owners, links and extended attributes', async () => {
    const theirs = join(far, name)
    await command('sh', [
      '-c',
      'cd "$1" && echo x >a && ln a b && truncate -s 100M hole && chown 12345:54321 a && setfattr -n user.k -v w a && chmod 4751 a',
      'sh',
      theirs,
    ])
    await symlink('a', join(theirs, 'link'))
    await chmod(theirs, 0o711)
    await sync('a')
    const mine = here.volume(name)
    const [a, b, hole] = await Promise.all(['a', 'b', 'hole'].map(async (file) => stat(join(mine, file))))
    expect(a).toMatchObject({ uid: 12_345, gid: 54_321, nlink: 2 })
    expect((a?.mode ?? 0) & 0o7777).toBe(0o4751)
    expect(a?.ino).toBe(b?.ino)
    expect(hole?.size).toBe(100 * 1024 * 1024)
    expect(hole?.blocks).toBeLessThan(100)
    expect(await command('getfattr', ['--only-values', '-n', 'user.k', '--absolute-names', join(mine, 'a')])).toBe('w')
  })

  test('a host that fails does not stop the others, and each is told of', async () => {
    await put(join(far, name, 'file'), 'theirs', OLD)
    await command('sh', [
      '-c',
      `printf 'Host down\\n  HostName 127.0.0.1\\n  Port 1\\n' | cat - "$1" >"$1.new" && mv "$1.new" "$1"`,
      'sh',
      sshd.configFile,
    ])
    const done = await sync('down', 'a')
    expect(done.hosts).toMatchObject([{ host: 'down', failure: { code: 'HOST.UNREACHABLE' } }, { host: 'a' }])
    expect(await snapshots()).toEqual([done.snapshot])
    // Nothing came, so there is nothing to go back from.
    const unheard = await sync('down')
    expect(unheard).toMatchObject({ hosts: [{ failure: { code: 'HOST.UNREACHABLE' } }] })
    expect(unheard).not.toHaveProperty('snapshot')
    expect(await snapshots()).toEqual([done.snapshot])
    expect(await readFile(join(here.volume(name), 'file'), 'utf8')).toBe('theirs')
    await command('btrfs', ['subvolume', 'delete', join(far, name)])
    const missing = await sync('a')
    expect(missing.hosts).toMatchObject([
      { failure: { code: 'SYNC.FAILED', why: expect.stringContaining('No such file') } },
    ])
    expect(await readdir(here.volume(name))).toEqual(['file'])
  })

  test('connects to nobody when a name is bad or the volume is no subvolume here', async () => {
    const before = sshd.log()
    await mkdir(here.volume('plain'))
    const request = async (volume: string, ...hosts: string[]): Promise<SyncedVolume> =>
      syncVolume(host, { volume, hosts }, { ...never, configFile: sshd.configFile })
    await expect(request('x;id', 'a')).rejects.toMatchObject({ code: 'VOLUME.NAME' })
    await expect(request(name, 'a', '-oProxyCommand=id')).rejects.toMatchObject({ code: 'HOST.NAME' })
    await expect(request('nothing', 'a')).rejects.toMatchObject({ code: 'VOLUME.NOT_FOUND' })
    await expect(request('plain', 'a')).rejects.toMatchObject({ code: 'VOLUME.PLAIN' })
    expect(await request(name)).toEqual({ hosts: [], findings: [] })
    expect(await readdir(here.settings.volumesPath)).not.toContain('nothing')
    expect(await snapshots()).toEqual([])
    expect(sshd.log()).toBe(before)
  })

  test('one at a time for a volume; an abort ends it, and the next one finds a clean volume', async () => {
    const held = join(tools.path, 'hold')
    await writeFile(held, '')
    await writeFile(
      join(tools.path, 'rsync'),
      `#!/bin/sh\nwhile [ -e ${held} ]; do sleep 0.02; done\nexec /usr/bin/rsync "$@"\n`,
      { mode: 0o755 },
    )
    await put(join(far, name, 'file'), 'theirs', OLD)
    const end = new AbortController()
    const options = { signal: end.signal, configFile: sshd.configFile, farVolumesPath: far }
    const first = syncVolume(host, { volume: name, hosts: ['a'] }, options)
    first.catch(() => undefined)
    await expect.poll(async () => readdir(here.volume(name))).toEqual(['.salvage-kit-sync'])
    const other = { ...host, rig: rigAt(join(here.folder, 'state')) }
    await expect(
      syncVolume(other, { volume: name, hosts: ['a'] }, { ...never, configFile: sshd.configFile }),
    ).rejects.toMatchObject({ code: 'SYNC.BUSY', retryable: true })
    const reason = new Error('enough')
    end.abort(reason)
    await expect(first).rejects.toBe(reason)
    expect(await readdir(here.volume(name))).toEqual([])
    const slow = await syncVolume(host, { volume: name, hosts: ['a'] }, { ...options, ...never, hostMs: 500 })
    expect(slow.hosts).toMatchObject([{ failure: { code: 'DEADLINE' } }])
    await command('rm', [held])
    await mkdir(join(here.volume(name), '.salvage-kit-sync'))
    await writeFile(join(here.volume(name), '.salvage-kit-sync', '.file.x'), 'half')
    await sync('a')
    expect(await readdir(here.volume(name))).toEqual(['file'])
  })

  test('removes nothing that was mounted or linked where it keeps what is not whole', async () => {
    const victim = join(here.root, 'victim')
    await mkdir(victim)
    await writeFile(join(victim, 'file'), 'precious')
    const unfinished = join(here.volume(name), '.salvage-kit-sync')
    const swap = `mkdir ${unfinished}/mounted && mount --bind ${victim} ${unfinished}/mounted && ln -s ${victim} ${unfinished}/link`
    await writeFile(join(tools.path, 'rsync'), `#!/bin/sh\n${swap}\n`, { mode: 0o755 })
    try {
      const done = await sync('a')
      expect(done.hosts).toMatchObject([{ failure: { code: 'SYNC.FAILED', why: expect.stringContaining('mounted') } }])
      expect(await readFile(join(victim, 'file'), 'utf8')).toBe('precious')
      expect(await readdir(unfinished)).toEqual(['mounted'])
    } finally {
      await command('umount', [join(unfinished, 'mounted')])
    }
    await command('rm', [join(tools.path, 'rsync')])
    await sync('a')
    expect(await readdir(here.volume(name))).toEqual([])
  })

  test('a volume that was exchanged meanwhile is not told to be synchronised', async () => {
    await writeFile(
      join(tools.path, 'rsync'),
      `#!/bin/sh\nmv ${here.volume(name)} ${here.volume(name)}.old\nbtrfs subvolume create ${here.volume(name)} >&2\nexec /usr/bin/rsync "$@"\n`,
      { mode: 0o755 },
    )
    const done = await sync('a')
    expect(done.hosts).toMatchObject([{ failure: { code: 'SYNC.EXCHANGED' } }])
  })
})

async function put(path: string, content: string, at: Date): Promise<void> {
  await writeFile(path, content)
  await utimes(path, at, at)
}
