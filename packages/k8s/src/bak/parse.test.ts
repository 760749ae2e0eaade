import { expect, test } from 'vitest'
import { effectiveBak, envConfig } from './effective.ts'
import { parseBak } from './parse.ts'
import { parseRetain } from './retain.ts'
import type { BakSettings } from './settings.ts'
import type { Environment } from './variable.ts'

const defaults = { namespace: 'team', rand: 'abcdef', processors: 5, zone: 'Europe/Vienna' }

function settings(environment: Environment): BakSettings {
  return parseBak(environment, defaults).settings
}

function refusal(environment: Environment): string {
  try {
    parseBak(environment, defaults)
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAK.INVALID', untouched: true })
    return error instanceof Error ? error.message : ''
  }
  throw new Error('it was taken')
}

test('the defaults are those of backup-ns', () => {
  expect(effectiveBak(settings({}))).toEqual({
    BAK_DRY_RUN: false,
    BAK_NAMESPACE: 'team',
    BAK_PVC_NAME: 'data',
    BAK_VS_RAND: 'abcdef',
    LabelVS: {
      BAK_LABEL_VS_TYPE: 'adhoc',
      BAK_LABEL_VS_POD: '',
      BAK_LABEL_VS_RETAIN: 'days',
      BAK_LABEL_VS_RETAIN_DAYS: 30,
    },
    BAK_VS_NAME_TEMPLATE: '{{ .pvcName }}-{{ .timestamp }}-{{ .rand }}',
    BAK_VS_CLASS_NAME: '',
    BAK_VS_WAIT_UNTIL_READY: true,
    BAK_VS_WAIT_UNTIL_READY_TIMEOUT: '900s',
    BAK_THRESHOLD_SPACE_USED_PERCENTAGE: 90,
    BAK_DB_SKIP: false,
    Postgres: {
      BAK_DB_POSTGRES: false,
      BAK_DB_POSTGRES_EXEC_RESOURCE: 'deployment/app-base',
      BAK_DB_POSTGRES_EXEC_CONTAINER: 'postgres',
      BAK_DB_POSTGRES_DUMP_FILE: '/var/lib/postgresql/data/dump.sql.gz',
      BAK_DB_POSTGRES_HOST: '127.0.0.1',
      BAK_DB_POSTGRES_PORT: '5432',
      BAK_DB_POSTGRES_USER: '${POSTGRES_USER}',
      BAK_DB_POSTGRES_DB: '${POSTGRES_DB}',
    },
    MySQL: {
      BAK_DB_MYSQL: false,
      BAK_DB_MYSQL_EXEC_RESOURCE: 'deployment/app-base',
      BAK_DB_MYSQL_EXEC_CONTAINER: 'mysql',
      BAK_DB_MYSQL_DUMP_FILE: '/var/lib/mysql/dump.sql.gz',
      BAK_DB_MYSQL_HOST: '127.0.0.1',
      BAK_DB_MYSQL_PORT: '3306',
      BAK_DB_MYSQL_USER: 'root',
      BAK_DB_MYSQL_DB: '${MYSQL_DATABASE}',
      // D8: the original's utf8 loses characters of four bytes.
      BAK_DB_MYSQL_DEFAULT_CHARACTER_SET: 'utf8mb4',
    },
    Flock: {
      BAK_FLOCK: false,
      BAK_FLOCK_COUNT: 2,
      BAK_FLOCK_DIR: '/mnt/host-backup-locks',
      BAK_FLOCK_TIMEOUT_SEC: 3600,
    },
    TZ: 'Europe/Vienna',
  })
  expect(parseBak({}, { ...defaults, processors: 1 }).settings.flock.count).toBe(1)
  expect(settings({}).postgres.password).toBe('${POSTGRES_PASSWORD}')
})

test('every variable is read', () => {
  const all = settings({
    BAK_DRY_RUN: 'T',
    BAK_NAMESPACE: 'shop',
    BAK_PVC_NAME: 'db.data',
    BAK_VS_RAND: 'x1',
    BAK_LABEL_VS_TYPE: 'cronjob',
    BAK_LABEL_VS_POD: 'p'.repeat(80),
    BAK_LABEL_VS_RETAIN: 'daily_weekly_monthly',
    BAK_LABEL_VS_RETAIN_DAYS: '+7',
    BAK_VS_NAME_TEMPLATE: '{{.pvcName}}-{{.rand}}',
    BAK_VS_CLASS_NAME: 'csi',
    BAK_VS_WAIT_UNTIL_READY: '0',
    BAK_VS_WAIT_UNTIL_READY_TIMEOUT: '1h1.5m500ms',
    BAK_THRESHOLD_SPACE_USED_PERCENTAGE: '080',
    BAK_DB_SKIP: 'True',
    BAK_DB_POSTGRES: 'TRUE',
    BAK_DB_POSTGRES_EXEC_RESOURCE: 'sts/db',
    BAK_DB_POSTGRES_EXEC_CONTAINER: 'pg',
    BAK_DB_POSTGRES_DUMP_FILE: '/my dumps/d.gz',
    BAK_DB_POSTGRES_HOST: 'localhost',
    BAK_DB_POSTGRES_PORT: '5433',
    BAK_DB_POSTGRES_USER: 'u',
    BAK_DB_POSTGRES_PASSWORD: '',
    BAK_DB_POSTGRES_DB: 'my db',
    BAK_DB_MYSQL: '1',
    BAK_DB_MYSQL_EXEC_RESOURCE: 'db-0',
    BAK_DB_MYSQL_DEFAULT_CHARACTER_SET: 'latin1',
    BAK_FLOCK: 't',
    BAK_FLOCK_COUNT: '3',
    BAK_FLOCK_DIR: '/locks',
    BAK_FLOCK_TIMEOUT_SEC: '0',
    TZ: ':America/Havana',
  })
  expect(all).toMatchObject({
    dryRun: true,
    namespace: 'shop',
    pvc: 'db.data',
    rand: 'x1',
    type: 'cronjob',
    retain: 'daily_weekly_monthly',
    retainDays: 7,
    className: 'csi',
    waitUntilReady: false,
    readyTimeoutMs: 3_690_500,
    fullPercent: 80,
    withoutDatabase: true,
    postgres: {
      enabled: true,
      resource: { kind: 'statefulset', name: 'db' },
      container: 'pg',
      port: '5433',
      password: '',
      database: 'my db',
    },
    mysql: { enabled: true, resource: { kind: 'pod', name: 'db-0' }, characterSet: 'latin1' },
    flock: { enabled: true, count: 3, directory: '/locks', timeoutMs: 0 },
    zone: 'America/Havana',
  })
  expect(all.postgres.dumpFile).toBe('/my dumps/d.gz')
})

test.each([
  ['BAK_DRY_RUN', 'yes', 'true or false'],
  ['BAK_DRY_RUN', '', 'true or false'],
  ['BAK_DB_POSTGRES', 'on', 'true or false'],
  ['BAK_FLOCK', 'Y', 'true or false'],
  ['BAK_LABEL_VS_RETAIN_DAYS', '-3', 'from 0 to'],
  ['BAK_LABEL_VS_RETAIN_DAYS', 'a month', 'from 0 to'],
  ['BAK_LABEL_VS_RETAIN', 'weekly', 'days or daily_weekly_monthly'],
  ['BAK_FLOCK_COUNT', '0', 'from 1 to'],
  ['BAK_THRESHOLD_SPACE_USED_PERCENTAGE', '90%', 'from 1 to'],
  ['BAK_VS_WAIT_UNTIL_READY_TIMEOUT', '15', 'a duration'],
  ['BAK_VS_WAIT_UNTIL_READY_TIMEOUT', '-15m', 'a duration'],
  ['BAK_VS_NAME_TEMPLATE', '{{ .pvc }}', '{{ .pvc }} is none of {{ .pvcName }}, {{ .timestamp }}, {{ .rand }}'],
  ['BAK_VS_NAME_TEMPLATE', '{{ .pvcName', 'a bracket too many or too few'],
  ['BAK_LABEL_VS_TYPE', 'ad hoc', 'at most 63'],
  ['BAK_LABEL_VS_POD', '-p', 'at most 63'],
  ['BAK_PVC_NAME', '', 'the name of an object'],
  ['BAK_NAMESPACE', 'Team A', 'the name of an object'],
  ['BAK_VS_RAND', 'A+B', 'lower-case'],
  ['BAK_DB_POSTGRES_EXEC_RESOURCE', 'service/db', 'KIND/NAME'],
  ['BAK_DB_MYSQL_DUMP_FILE', 'dump.gz', 'an absolute path'],
  ['BAK_DB_MYSQL_DEFAULT_CHARACTER_SET', 'utf8 --x', 'a character set'],
  ['BAK_FLOCK_DIR', 'locks', 'an absolute path'],
  ['TZ', 'Europe/Wien', 'a time zone'],
])('O8: %s=%s is an error that says what is allowed', (name, value, allowed) => {
  const message = refusal({ [name]: value })
  expect(message.startsWith(`${name}=${JSON.stringify(value)} must be `)).toBe(true)
  expect(message).toContain(allowed)
})

test('all that is wrong is said at once', () => {
  expect(refusal({ BAK_DRY_RUN: 'yes', BAK_FLOCK_COUNT: '0' }).split('; ')).toHaveLength(2)
})

test('31: no password stands in what is printed, annotated or refused', () => {
  const environment = {
    BAK_DB_POSTGRES: 'true',
    BAK_DB_POSTGRES_PASSWORD: 'se"c$ret`',
    BAK_DB_MYSQL_PASSWORD: 'se"c$ret`',
    BAK_DRY_RUN: 'no',
  }
  expect(refusal(environment)).not.toContain('ret`')
  expect(envConfig(environment)).toBe("BAK_DB_POSTGRES='true'\nBAK_DRY_RUN='no'")
  expect(JSON.stringify(effectiveBak(settings({ ...environment, BAK_DRY_RUN: 'false' })))).not.toContain('ret`')
})

test('the annotation of backup-ns, to the letter', () => {
  const environment = {
    BAK_NAMESPACE: 'postgres-test',
    PATH: '/bin',
    BAK_DB_POSTGRES_EXEC_RESOURCE: 'deployment/postgres',
    BAK_DB_POSTGRES: 'true',
    BAK_DB_POSTGRES_PASSWORD: 'x',
  }
  expect(envConfig(environment)).toBe(
    "BAK_DB_POSTGRES='true'\nBAK_DB_POSTGRES_EXEC_RESOURCE='deployment/postgres'\nBAK_NAMESPACE='postgres-test'",
  )
})

test('what means nothing is told, with what was meant; D18: so is a name that may be taken', () => {
  const { findings } = parseBak({ BAK_DRYRUN: 'true', BAK_DEBUG: 'true', BAK_VS_NAME_TEMPLATE: 'fixed' }, defaults)
  expect(findings).toMatchObject([
    { code: 'BAK.UNKNOWN', hint: 'did you mean "BAK_DRY_RUN"?' },
    { code: 'BAK.FIXED_NAME' },
  ])
})

test('the rules of the pruner; empty is not set', () => {
  expect(parseRetain({ RETAIN_LAST_DAILY: '' })).toEqual({ rules: { daily: 7, weekly: 4, monthly: 12 }, dryRun: false })
  expect(
    parseRetain({ RETAIN_LAST_DAILY: '0', RETAIN_LAST_WEEKLY: '2', RETAIN_LAST_MONTHLY: '3', RETAIN_DRY_RUN: 'true' }),
  ).toEqual({
    rules: { daily: 0, weekly: 2, monthly: 3 },
    dryRun: true,
  })
  expect(() => parseRetain({ RETAIN_LAST_DAILY: '-1', RETAIN_DRY_RUN: 'yes' })).toThrow(
    'RETAIN_LAST_DAILY="-1" must be a whole number from 0; RETAIN_DRY_RUN="yes" must be true or false',
  )
})

test('51: slots may be Leases of the cluster', () => {
  const { flock } = settings({ BAK_FLOCK_LEASES: 'backup/slots' })
  expect(flock.leases).toEqual({ namespace: 'backup', name: 'slots' })
  for (const wrong of ['', 'slots', 'a/b/c', 'A/b'])
    expect(() => parseBak({ BAK_FLOCK_LEASES: wrong }, defaults)).toThrow('BAK_FLOCK_LEASES')
})
