import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { btrfsFileSystem, command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { MAIN, salvageKit } from '../salvage-kit.ts'

const needed = [part('btrfs'), part('tar-xattrs')]

/** In a mount namespace of its own, in which the folder is read-only; or as a user who owns nothing. */
async function within(
  how: 'read-only' | 'stranger',
  folder: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, ...args]
  const script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec "$@"'
  const [file, ...rest] =
    how === 'read-only'
      ? ['unshare', '-m', 'sh', '-c', script, folder, ...program]
      : ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups', ...program]
  const env = { ...process.env, SALVAGE_STATE: join(folder, 'state'), NO_COLOR: '1' }
  const child = spawn(file ?? '', rest, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, out, err }
}

describe.skipIf(needed.some(({ available }) => !available))('what only looks', () => {
  test('needs no state that can be written', async () => {
    using folder = temporaryDirectory()
    await using disk = await btrfsFileSystem({ megabytes: 200 })
    for (const name of ['volumes', 'snapshots']) mkdirSync(join(disk.path, name))
    await command('chmod', ['755', folder.path])
    await command('btrfs', ['subvolume', 'create', join(disk.path, 'volumes/v')])
    const { path } = folder
    mkdirSync(join(path, 'app'))
    const config = {
      docker: { enabled: false },
      stores: { disk: `archive:${path}/backups` },
      tides: { nightly: { targets: [`dir:${path}/app`] } },
      btrfs: {
        volumes: join(disk.path, 'volumes'),
        snapshots: join(disk.path, 'snapshots'),
        schedule: join(path, 'schedule.csv'),
      },
    }
    writeFileSync(join(path, 'salvage-kit.yaml'), JSON.stringify(config))
    const sk = salvageKit(path)
    const looks: readonly (readonly [readonly string[], RegExp])[] = [
      [['volume', 'list'], /^v$/m],
      [['volume', 'snapshots', 'v'], /^v@/m],
      [['volume', 'usage', 'v'], /^v +/m],
      [['volume', 'scheduled'], /^snapshot 60 v$/m],
      [['volume', 'purge', '--dry-run', '1d:1w', 'v'], /^v@.* keep /m],
      [['plan', '--tide', 'nightly'], /app/],
      [['list'], /^/],
      [['history'], /^/],
      [['status'], /nightly/],
    ]
    const first = await sk('run', '--tide', 'nightly', '--init', '--state', join(path, 'other')).ended
    expect(first.code, first.err).toBe(0)
    // Before anything was ever done they leave nothing behind.
    const looked = looks.map(async ([args]) => ({ args, ...(await sk(...args).ended) }))
    for (const { args, code, err } of await Promise.all(looked)) expect(code, `${args.join(' ')}: ${err}`).toBe(0)
    expect(existsSync(join(path, 'state'))).toBe(false)
    await sk('volume', 'schedule', 'snapshot', '60', 'v').ended
    await sk('volume', 'snapshot', 'v').ended
    const again = looks.map(async ([args, shown]) => ({ args, shown, ...(await within('read-only', path, args)) }))
    for (const { args, shown, code, out, err } of await Promise.all(again)) {
      expect(code, `${args.join(' ')}: ${err}`).toBe(0)
      expect(out).toMatch(shown)
    }
    expect((await sk('run', '--tide', 'nightly', '--init').ended).code).toBe(0)
    expect((await within('read-only', path, ['list'])).out).toMatch(/app/)
    const history = await within('read-only', path, ['history'])
    expect(history.out, history.err).toMatch(/ run +nightly +good /)
    // What changes something says what is in its way.
    const refused = await within('read-only', path, ['volume', 'snapshot', 'v'])
    expect(refused).toMatchObject({ code: 5, err: expect.stringContaining('cannot be') })
    // A user who may not look into the state sees what the file system shows, and is told.
    const stranger = await within('stranger', path, ['volume', 'scheduled'])
    expect(stranger).toMatchObject({ code: 0, out: 'snapshot 60 v\n', err: expect.stringContaining('is not known') })
    expect((await within('stranger', path, ['history'])).code).not.toBe(0)
    await command('rm', ['-r', join(path, 'state')])
    expect(await within('stranger', path, ['volume', 'scheduled'])).toEqual({
      code: 0,
      out: 'snapshot 60 v\n',
      err: '',
    })
  })

  test('tells the living from the dead there', async () => {
    using folder = temporaryDirectory()
    const { path } = folder
    mkdirSync(join(path, 'app'))
    const hooks = { pre: ['sh', '-c', `touch ${path}/begun; sleep 60`], post: ['true'] }
    const config = {
      docker: { enabled: false },
      stores: { disk: `archive:${path}/backups` },
      directories: [{ path: `${path}/app`, hooks }],
    }
    writeFileSync(join(path, 'salvage-kit.yaml'), JSON.stringify(config))
    const running = salvageKit(path)('run', 'dir:app', '--init')
    while (!existsSync(join(path, 'begun'))) await sleep(20)
    expect((await within('read-only', path, ['history'])).out).toContain('at work')
    running.child.kill('SIGKILL')
    await running.ended
    rmSync(join(path, 'begun'))
    const history = await within('read-only', path, ['history'])
    expect(history.out, history.err).toContain('died, to recover')
    expect((await within('read-only', path, ['plan', 'dir:app'])).code).toBe(4)
  })
})
