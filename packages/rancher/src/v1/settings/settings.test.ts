import { expect, test } from 'vitest'
import { settingsOfEnvironment } from './environment.ts'
import { settingsOfFile } from './file.ts'
import { rancherBackupSettings } from './settings.ts'
import type { ReadSettings } from './settings.ts'

function ofEnvironment(environment: Readonly<Record<string, string>>): ReadSettings {
  return rancherBackupSettings([settingsOfEnvironment(environment)])
}

test('nothing set: the defaults of rancher-backup, but for a database that is dumped only when it is known', () => {
  const { settings, findings } = ofEnvironment({ PATH: '/bin', BACKUP_OF: 'me' })
  expect(settings).toEqual({
    serverDump: 'when known',
    databases: true,
    stacks: true,
    duplicity: {
      sourcePath: '/backup',
      fullIfOlderThan: '7D',
      removeAllButNFull: 3,
      removeAllIncOfButNFull: 1,
      volsize: 200,
    },
    schedule: '0 0 0 * * *',
  })
  expect(findings).toEqual([])
})

test('every variable, in the spelling of its documentation', () => {
  const { settings, findings } = ofEnvironment({
    BACKUP_RANCHER_api_url: 'http://h/v1',
    BACKUP_RANCHER_api_key: 'k',
    BACKUP_RANCHER_api_secret: 's',
    BACKUP_RANCHER_db_host: 'db',
    BACKUP_RANCHER_db_port: '3307',
    BACKUP_RANCHER_db_user: 'u',
    BACKUP_RANCHER_db_password: ' p"\\ ',
    BACKUP_RANCHER_db_name: 'cattle',
    BACKUP_MODULE_database: 'false',
    BACKUP_MODULE_stack: 'no',
    'BACKUP_MODULE_rancher-db': 'yes',
    'BACKUP_DUPLICITY_source-path': '/data',
    'BACKUP_DUPLICITY_target-path': '/x',
    BACKUP_DUPLICITY_url: 's3://h/b',
    BACKUP_DUPLICITY_options: '--s3-use-ia',
    'BACKUP_DUPLICITY_full-if-older-than': '1M',
    'BACKUP_DUPLICITY_remove-all-but-n-full': '5',
    'BACKUP_DUPLICITY_remove-all-inc-of-but-n-full': '2',
    BACKUP_DUPLICITY_volsize: '25',
    'BACKUP_DUPLICITY_encrypt-key': 'ABCD',
    BACKUP_CRON_schedule: '@daily',
  })
  expect(findings).toEqual([])
  expect(settings).toMatchObject({
    api: { address: { root: 'http://h/v2-beta' }, key: { name: 'k' } },
    server: { host: 'db', port: 3307, user: 'u', name: 'cattle' },
    databases: false,
    stacks: false,
    duplicity: {
      sourcePath: '/data',
      url: 's3://h/b/x',
      options: '--s3-use-ia',
      fullIfOlderThan: '1M',
      removeAllButNFull: 5,
      removeAllIncOfButNFull: 2,
      volsize: 25,
      encryptKey: 'ABCD',
    },
    schedule: '@daily',
  })
  expect(settings.api?.key?.secret()).toBe('s')
  expect(settings.server?.password()).toBe(' p"\\ ')
  expect(JSON.stringify(settings)).not.toContain('p\\"')
})

test('case and hyphens do not matter, an empty variable is none, and what is unknown is told without its value', () => {
  const { settings, findings } = ofEnvironment({
    BACKUP_DUPLICITY_SOURCE_PATH: '/data',
    BACKUP_rancher_db_host: 'db',
    BACKUP_RANCHER_DB_PASSWORD: 'p',
    BACKUP_RANCHER_DB_PORT: '',
    BACKUP_DUPLICITY_OPTIONS: '',
    BACKUP_DUPLICITY_volsise: 'hidden',
  })
  expect(settings).toMatchObject({
    duplicity: { sourcePath: '/data' },
    server: { host: 'db', port: 3306, user: 'rancher' },
  })
  expect(settings.duplicity).not.toHaveProperty('options')
  expect(findings).toHaveLength(1)
  expect(findings[0]).toMatchObject({ code: 'RANCHER.SETTING_UNKNOWN', hint: 'did you mean "duplicity/volsize"?' })
  expect(JSON.stringify(findings)).not.toContain('hidden')
})

test('variables of the agent go before those of the program, and these before the file', () => {
  const file = settingsOfFile(
    'rancher: { api: { url: "http://file", key: f }}\nduplicity: {url: "file://", volsize: 1}',
    'f',
  )
  const environment = settingsOfEnvironment({
    CATTLE_URL: 'http://agent:8080/v1',
    CATTLE_ACCESS_KEY: 'a',
    CATTLE_SECRET_KEY: 's',
    BACKUP_RANCHER_API_URL: 'http://program',
    BACKUP_DUPLICITY_URL: 'ftp://h',
  })
  const { settings } = rancherBackupSettings([environment, file])
  expect(settings.api?.address.root).toBe('http://agent:8080/v2-beta')
  expect(settings.api?.key?.name).toBe('a')
  expect(settings.duplicity).toMatchObject({ url: 'ftp://h/', volsize: 1 })
})

test('another prefix, and no other backend', () => {
  expect(ofEnvironment({ CONFD_PREFIX_KEY: '/my/kit', MY_KIT_CRON_SCHEDULE: '@hourly' }).settings.schedule).toBe(
    '@hourly',
  )
  expect(() => ofEnvironment({ CONFD_BACKEND: 'etcd' })).toThrow(/etcd/)
})

test('values of a file are texts as they are written', () => {
  const text =
    'rancher:\n  db:\n    host: db\n    password: 0123\n    user: "~"\n    name: ~\nmodule:\n  rancher-db: yes\n'
  const { settings } = rancherBackupSettings([settingsOfFile(text, 'f')])
  expect(settings.server).toMatchObject({ user: '~', name: 'rancher' })
  expect(settings.server?.password()).toBe('0123')
})

test.each([
  [{ BACKUP_DUPLICITY_volsize: '0x10' }, 'duplicity.volsize'],
  [{ 'BACKUP_DUPLICITY_remove-all-but-n-full': '0' }, 'duplicity.remove-all-but-n-full'],
  [{ BACKUP_MODULE_stack: 'maybe' }, 'module.stack'],
  [{ BACKUP_RANCHER_api_url: 'http://h', BACKUP_RANCHER_api_key: 'k' }, 'rancher.api.secret'],
])('%o is refused by the name of the setting', (environment, name) => {
  expect(() => ofEnvironment(environment)).toThrow(name)
})

test.each(['a: [', '- a', 'duplicity: { url: [ s3 ] }'])('a file of %j is refused', (text) => {
  expect(() => settingsOfFile(text, 'f.yml')).toThrow('f.yml')
})
