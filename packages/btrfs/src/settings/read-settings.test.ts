import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, asyncProperty, constantFrom, string } from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSettings } from './read-settings.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

let directory: string
let file: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'settings-'))
  file = join(directory, 'config.ini')
})

afterEach(async () => {
  await rm(directory, { recursive: true })
})

async function read(text: string | undefined, environment: Record<string, string> = {}) {
  if (text !== undefined) await writeFile(file, text)
  return readSettings({ environment, configFile: file })
}

describe('where a value comes from', () => {
  test('nobody says anything', async () => {
    expect(await read(undefined)).toEqual({ settings: DEFAULT_SETTINGS, findings: [] })
    expect(await read('')).toEqual({ settings: DEFAULT_SETTINGS, findings: [] })
  })

  test('the file over what is built in, the environment over the file', async () => {
    const text = '[DEFAULT]\nTIMER = 30\nVOLUMES_PATH = /data/volumes/\nschedule: /data/schedule.csv\n'
    const { settings, findings } = await read(text, { BUTTERVOLUME_TIMER: '5', SSH_PORT: '22' })
    expect(findings).toEqual([])
    expect(settings).toEqual({
      ...DEFAULT_SETTINGS,
      tickMs: 5000,
      volumesPath: '/data/volumes',
      schedulePath: '/data/schedule.csv',
      sshPort: 22,
    })
  })

  test('an empty value says nothing', async () => {
    const { settings } = await read('[DEFAULT]\nTIMER = 30\nSOCKET =\n', { BUTTERVOLUME_TIMER: '', SSH_PORT: ' ' })
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, tickMs: 30_000 })
  })

  test('the socket is in RUNPATH unless it is given', async () => {
    const environment = { BUTTERVOLUME_RUNPATH: '/run/other' }
    expect((await read(undefined, environment)).settings.socketPath).toBe('/run/other/plugins/btrfs.sock')
    const both = { ...environment, BUTTERVOLUME_SOCKET: '/x.sock' }
    expect((await read(undefined, both)).settings.socketPath).toBe('/x.sock')
  })
})

describe('the file', () => {
  test.each([
    ['%%Y-%%m-%%d_%%H%%M', 'doubled, as configparser wants it'],
    ['%Y-%m-%d_%H%M', 'single, as the README shows it'],
  ])('a format of times: %s', async (text) => {
    const { settings } = await read(`[DEFAULT]\nDTFORMAT = ${text}\n`)
    expect(settings.timeFormat).toBe('%Y-%m-%d_%H%M')
  })

  test('a value that names another one', async () => {
    const { settings } = await read('[DEFAULT]\nroot=/srv\nVOLUMES_PATH=%(root)s/v\nSNAPSHOTS_PATH=%(ROOT)s/s\n')
    expect([settings.volumesPath, settings.snapshotsPath]).toEqual(['/srv/v', '/srv/s'])
  })

  test('without a section, with comments, CRLF and a byte order mark', async () => {
    const { settings, findings } = await read('\uFEFF# old\r\nTIMER=7\r\n\r\n; x\r\n  SOCKET = /a=b\r\n')
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, tickMs: 7000, socketPath: '/a=b' })
    expect(findings.map(({ code }) => code)).toEqual(['BTRFS.SETTINGS_SECTION'])
  })

  test('another section is not read, and that is told', async () => {
    const { settings, findings } = await read('[DEFAULT]\nTIMER=7\n[buttervolume]\nTIMER=9\n')
    expect(settings.tickMs).toBe(7000)
    expect(findings).toMatchObject([{ code: 'BTRFS.SETTINGS_SECTION', message: expect.stringContaining('line 4') }])
  })

  test('keys that mean nothing are told, those of buttervolume alone are not', async () => {
    const environment = { BUTTERVOLUME_SSH_PORT: '22', BUTTERVOLUME_LOGLEVEL: 'DEBUG', OTHER: 'x' }
    const { findings } = await read('[DEFAULT]\nVOLUME_PATH=/x\nDRIVERNAME=a\n', environment)
    expect(findings).toMatchObject([
      { code: 'BTRFS.SETTINGS_UNKNOWN', hint: 'set SSH_PORT in the environment, without a prefix' },
      { code: 'BTRFS.SETTINGS_UNKNOWN', hint: 'did you mean VOLUMES_PATH?' },
    ])
  })

  test('a directory in its place', async () => {
    await expect(readSettings({ environment: {}, configFile: directory })).rejects.toMatchObject({
      code: 'BTRFS.SETTINGS',
      message: `${directory} cannot be read`,
    })
  })

  test('anything in it is read or refused', async () => {
    const piece = constantFrom(
      '[',
      ']',
      'DEFAULT',
      'TIMER',
      'DTFORMAT',
      '=',
      ':',
      '\n',
      '%',
      '(',
      ')s',
      ' ',
      '#',
      '/',
      '1',
    )
    await assert(
      asyncProperty(string({ unit: piece, maxLength: 40 }), async (text) => {
        const end = await read(text).catch((error: unknown) => error)
        expect(end).toSatisfy((value) => 'settings' in value || value.code === 'BTRFS.SETTINGS')
      }),
    )
  })
})

describe('a value that cannot be is refused with its place', () => {
  test.each([
    ['[DEFAULT]\n\nTIMER = abc\n', {}, 'TIMER in line 3 of FILE cannot be "abc"'],
    ['[DEFAULT]\nTIMER = 1.5\n', {}, 'TIMER in line 2 of FILE cannot be "1.5"'],
    ['[DEFAULT]\nTIMER = 0\n', {}, 'TIMER in line 2 of FILE cannot be "0"'],
    ['', { BUTTERVOLUME_TIMER: '-5' }, 'BUTTERVOLUME_TIMER in the environment cannot be "-5"'],
    ['', { BUTTERVOLUME_TIMER: '9999999999' }, 'BUTTERVOLUME_TIMER in the environment cannot be "9999999999"'],
    ['', { SSH_PORT: '65536' }, 'SSH_PORT in the environment cannot be "65536"'],
    ['', { SSH_PORT: 'ssh' }, 'SSH_PORT in the environment cannot be "ssh"'],
    ['', { BUTTERVOLUME_VOLUMES_PATH: 'x/y' }, 'BUTTERVOLUME_VOLUMES_PATH in the environment cannot be "x/y"'],
    ['DTFORMAT = "%Y"', {}, String.raw`DTFORMAT in line 1 of FILE cannot be "\"%Y\""`],
    ['DTFORMAT = %%H', {}, 'DTFORMAT in line 1 of FILE cannot be "%H"'],
    ['nonsense', {}, 'line 1 of FILE is not understood'],
    ['VOLUMES_PATH=/a/\nSNAPSHOTS_PATH=/b/../a', {}, 'volumes and snapshots are both in /a'],
  ])('%j %j', async (text, environment, message) => {
    await expect(read(text, environment)).rejects.toMatchObject({
      code: 'BTRFS.SETTINGS',
      message: message.replace('FILE', file),
    })
  })

  test('of a file that is there and not for us, unless we are root', async () => {
    await writeFile(file, '[DEFAULT]\n')
    await chmod(file, 0)
    const end = await readSettings({ environment: {}, configFile: file }).catch((error: unknown) => error)
    expect(end).toMatchObject(process.getuid?.() === 0 ? { findings: [] } : { code: 'BTRFS.SETTINGS' })
  })
})
