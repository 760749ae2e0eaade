import { rancherBackupSettings, settingsOfEnvironment } from '@salvage-kit/rancher'
import { describe, expect, test } from 'vitest'
import { ConfigFile } from '../config/whole-schema.ts'
import { configOfRancherBackup } from './rendered.ts'
import type { Installed, Rendered } from './rendered.ts'
import { readSchedule } from './schedule.ts'

const NOW = new Date('2026-11-22T05:00:00Z')
const BASE = {
  CATTLE_URL: 'http://rancher:8080/v1',
  CATTLE_ACCESS_KEY: 'access',
  CATTLE_SECRET_KEY: 'secret-of-api',
  BACKUP_DUPLICITY_url: 'file:///x',
  'BACKUP_DUPLICITY_target-path': '/t',
}

function rendered(more: Readonly<Record<string, string>> = {}, installed: Installed = {}): Rendered {
  const { settings } = rancherBackupSettings([settingsOfEnvironment({ ...BASE, ...more })])
  return configOfRancherBackup(settings, installed, { now: NOW })
}

function storeOf({ config }: Rendered): unknown {
  return ConfigFile.parse(config).stores?.['offsite']
}

describe('settings of rancher-backup as a configuration', () => {
  test('the defaults are its own', () => {
    const { config, environment, findings } = rendered()
    expect(config).toEqual({
      machine: 'rancher-backup',
      cattle: { url: 'http://rancher:8080/v2-beta', into: '/backup', jobs: { pull: 'missing' } },
      directories: [{ path: '/backup' }],
      stores: {
        offsite: {
          kind: 'duplicity',
          url: 'file:///x/t',
          target: 'dir:/backup',
          machine: 'rancher-backup',
          encryption: 'none',
          fullIfOlderThan: '7D',
          volumeMegabytes: 200,
          removeAllButNFull: 3,
          removeAllIncOfButNFull: 1,
        },
      },
      tides: {
        'rancher-backup': {
          cron: '0 0 * * *',
          targets: ['dir:/backup'],
          to: 'offsite',
          grouping: 'individual',
          hold: 'copy',
          maxHold: '7d',
        },
      },
    })
    expect(ConfigFile.safeParse(config).error).toBeUndefined()
    expect(environment).toEqual({ CATTLE_ACCESS_KEY: 'access', CATTLE_SECRET_KEY: 'secret-of-api' })
    expect(findings).toEqual([])
    expect(JSON.stringify(config)).not.toContain('secret')
  })

  test('encrypt key + options', () => {
    const said = { 'BACKUP_DUPLICITY_encrypt-key': 'ABCD', BACKUP_DUPLICITY_options: '--s3-use-new-style' }
    expect(storeOf(rendered(said, { gnupgHome: '/opt/backup/.gnupg' }))).toMatchObject({
      encryptKey: 'ABCD',
      gnupgHome: '/opt/backup/.gnupg',
      options: ['--s3-use-new-style'],
    })
    expect(storeOf(rendered(said))).not.toHaveProperty('encryption')
  })

  test('options are split as a shell does', () => {
    const BACKUP_DUPLICITY_options = `--ssh-options="-oPort=2222 -oUser=me" --num-retries 3`
    expect(storeOf(rendered({ BACKUP_DUPLICITY_options }))).toMatchObject({
      options: ['--ssh-options=-oPort=2222 -oUser=me', '--num-retries', '3'],
    })
    expect(() => rendered({ BACKUP_DUPLICITY_options: '--timeout $(id)' })).toThrow(/cannot be split/)
  })

  test('options about caches and words are left out', () => {
    const BACKUP_DUPLICITY_options = '-v4 --archive-dir /cache --name=x --num-retries=3 --verbosity 9 --progress'
    const found = rendered({ BACKUP_DUPLICITY_options })
    expect(storeOf(found)).toMatchObject({ options: ['--num-retries=3'] })
    expect(found.findings.map(({ message }) => message)).toEqual([
      'duplicity.options: -v, --archive-dir, --name, --verbosity, --progress has no effect',
    ])
    expect(storeOf(rendered({ BACKUP_DUPLICITY_options: '--progress' }))).not.toHaveProperty('options')
  })

  test('a password in the URL goes into a variable', () => {
    const found = rendered({ BACKUP_DUPLICITY_url: 'ftp://me:p%40ss@host/dir', 'BACKUP_DUPLICITY_target-path': '/t' })
    expect(storeOf(found)).toMatchObject({ url: 'ftp://me@host/dir/t' })
    expect(found.environment).toMatchObject({ FTP_PASSWORD: 'p@ss' })
    expect(JSON.stringify(found.config)).not.toContain('ss@')
  })

  test("the server's database: where it is set, and nothing where it is not to be dumped", () => {
    const set = { BACKUP_RANCHER_db_host: 'db.example', BACKUP_RANCHER_db_password: 'pw-of-db' }
    const found = rendered(set)
    expect(found.config['cattle']).toMatchObject({
      server: { host: 'db.example', port: 3306, user: 'rancher', database: 'rancher' },
    })
    expect(found.environment).toMatchObject({ CATTLE_DB_CATTLE_PASSWORD: 'pw-of-db' })
    expect(JSON.stringify(found.config)).not.toContain('pw-of-db')
    expect(rendered({ ...set, 'BACKUP_MODULE_rancher-db': 'false' }).config['cattle']).toMatchObject({ server: false })
    expect(() => rendered({ 'BACKUP_MODULE_rancher-db': 'true' })).toThrow(/rancher\.db\.host/)
  })

  test('modules', () => {
    const off = { BACKUP_MODULE_database: 'no', BACKUP_MODULE_stack: 'no' }
    expect(rendered({ BACKUP_MODULE_stack: 'off' }).config['cattle']).toMatchObject({ stacks: false })
    // Its own database may still be known to the server.
    expect(rendered(off).config['cattle']).toMatchObject({ databases: false, stacks: false })
    const all = { ...off, 'BACKUP_MODULE_rancher-db': 'false', CATTLE_URL: '', CATTLE_ACCESS_KEY: '' }
    expect(rendered(all).config).not.toHaveProperty('cattle')
    expect(() => rendered({ CATTLE_URL: '', BACKUP_MODULE_database: 'false' })).toThrow(/rancher\.api\.url/)
  })

  test('templates of users are pulled for each run, as they were', () => {
    const folders = { index: '/opt/backup/config/index', templates: '/opt/backup/config/templates' }
    expect(rendered({}, { folders }).config['cattle']).toMatchObject({ ...folders, jobs: { pull: 'always' } })
  })
})

describe('its schedules', () => {
  test.each([
    ['0 0 0 * * *', '0 0 * * *'],
    ['00 30 3 * * 1-5', '30 3 * * 1-5'],
    ['15 0 3 ? * MON', '15 0 3 * * MON'],
    ['@daily', '@daily'],
    ['@midnight', '@daily'],
    ['@every 1h30m', '@every 1h30m'],
  ])('%s', (text, cron) => {
    expect(readSchedule(text, NOW)).toEqual({ cron, findings: [] })
  })

  test('five fields begin with the second, which is told', () => {
    const { cron, findings } = readSchedule('0 3 * * *', NOW)
    expect(cron).toBe('3 * * * *')
    expect(findings.map(({ code, hint }) => [code, hint])).toEqual([
      [
        'RANCHER.SCHEDULE_SHORT',
        'write "0 3 * * * *" when that is meant, "0 0 3 * * *" when the first one is to be the minute',
      ],
    ])
  })

  test.each(['', 'often', '0 3 * *', '@reboot', '0 0 0 31 2 *'])('%s is none', (text) => {
    expect(() => readSchedule(text, NOW)).toThrow(/cron\.schedule/)
  })
})
