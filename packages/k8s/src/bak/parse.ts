import { didYouMean, type Finding } from '@salvage-kit/core'
import { isLabelValue, labelValue } from '../label/label-value.ts'
import { EXEC_RESOURCE_FORM, readExecResource } from './exec-resource.ts'
import { readBool, readDuration, readInt } from './go-values.ts'
import { KNOWN_VARIABLES } from './known.ts'
import { isUniqueTemplate, templateProblem } from './name-template.ts'
import type { BakDatabase, BakDefaults, BakSettings } from './settings.ts'
import { variables, type Environment, type Variables } from './variable.ts'

const BOOL = 'true or false (1, t, T, TRUE, true, True, 0, f, F, FALSE, false, False)'
const LABEL = 'at most 63 letters, digits, "-", "_" and ".", with letters or digits at both ends'
const OBJECT = 'the name of an object: lower-case letters, digits, "-" and "."'
const MINUTE_MS = 60_000
const OBJECT_NAME = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/

/**
 * The settings that the `BAK_…` variables of backup-ns and `TZ` make, with the defaults of backup-ns. A variable that is set and not
 * understood is an error, never a silent default: throws `BAK.INVALID` that says of each which one, its value (of passwords
 * never) and what is allowed. Variables that backup-ns does not know are findings (`BAK.UNKNOWN`).
 */
export function parseBak(
  environment: Environment,
  defaults: BakDefaults,
): { readonly settings: BakSettings; readonly findings: readonly Finding[] } {
  const from = variables(environment)
  const bool = (name: string, fallback: boolean): boolean => from.read(name, readBool, fallback, BOOL)
  const count = (name: string, fallback: number, least: number, most: number): number =>
    from.read(name, within(least, most), fallback, `a whole number from ${String(least)} to ${String(most)}`)
  const object = (name: string, fallback: string, allowed = OBJECT): string =>
    from.read(name, (value) => (OBJECT_NAME.test(value) ? value : undefined), fallback, allowed)
  const nameTemplate = from.read(
    'BAK_VS_NAME_TEMPLATE',
    (value) => value,
    '{{ .pvcName }}-{{ .timestamp }}-{{ .rand }}',
    '',
  )
  const problem = templateProblem(nameTemplate)
  if (problem !== undefined) from.wrong('BAK_VS_NAME_TEMPLATE', `a template for names: ${problem}`)
  const leases = from.read('BAK_FLOCK_LEASES', readLeases, undefined, 'NAMESPACE/NAME, where the names of Leases begin')
  const settings: BakSettings = {
    dryRun: bool('BAK_DRY_RUN', false),
    namespace: object('BAK_NAMESPACE', defaults.namespace),
    pvc: object('BAK_PVC_NAME', 'data'),
    rand: object('BAK_VS_RAND', defaults.rand, 'lower-case letters and digits: it is the end of a name'),
    type: from.read('BAK_LABEL_VS_TYPE', labelText, 'adhoc', LABEL),
    pod: from.read('BAK_LABEL_VS_POD', podText, '', LABEL),
    retain: from.read('BAK_LABEL_VS_RETAIN', retain, 'days', 'days or daily_weekly_monthly'),
    retainDays: count('BAK_LABEL_VS_RETAIN_DAYS', 30, 0, 36_500),
    nameTemplate,
    className: from.read('BAK_VS_CLASS_NAME', orEmpty, '', `${OBJECT}, or empty for the default class`),
    waitUntilReady: bool('BAK_VS_WAIT_UNTIL_READY', true),
    readyTimeoutMs: from.read(
      'BAK_VS_WAIT_UNTIL_READY_TIMEOUT',
      readDuration,
      15 * MINUTE_MS,
      'a duration, such as 15m or 1h30m',
    ),
    fullPercent: count('BAK_THRESHOLD_SPACE_USED_PERCENTAGE', 90, 1, 101),
    withoutDatabase: bool('BAK_DB_SKIP', false),
    postgres: database(from, 'BAK_DB_POSTGRES', {
      container: 'postgres',
      dumpFile: '/var/lib/postgresql/data/dump.sql.gz',
      port: '5432',
      user: '${POSTGRES_USER}',
      password: '${POSTGRES_PASSWORD}',
      database: '${POSTGRES_DB}',
    }),
    mysql: {
      ...database(from, 'BAK_DB_MYSQL', {
        container: 'mysql',
        dumpFile: '/var/lib/mysql/dump.sql.gz',
        port: '3306',
        user: 'root',
        password: '${MYSQL_ROOT_PASSWORD}',
        database: '${MYSQL_DATABASE}',
      }),
      characterSet: from.read(
        'BAK_DB_MYSQL_DEFAULT_CHARACTER_SET',
        word,
        'utf8mb4',
        'the name of a character set, such as utf8mb4',
      ),
    },
    flock: {
      enabled: bool('BAK_FLOCK', false),
      count: count('BAK_FLOCK_COUNT', Math.max(1, Math.floor(defaults.processors / 2)), 1, 10_000),
      directory: from.read('BAK_FLOCK_DIR', absolute, '/mnt/host-backup-locks', 'an absolute path'),
      timeoutMs: count('BAK_FLOCK_TIMEOUT_SEC', 3_600, 0, 31_536_000) * 1_000,
      ...(leases === undefined ? {} : { leases }),
    },
    zone: from.read('TZ', readZone, defaults.zone, 'a time zone, such as Europe/Vienna'),
  }
  from.conclude()
  return { settings, findings: findingsOf(environment, nameTemplate) }
}

function database(
  from: Variables,
  prefix: string,
  defaults: Omit<BakDatabase, 'enabled' | 'resource' | 'host'>,
): BakDatabase {
  const text = (name: string, fallback: string, allowed: string): string =>
    from.read(`${prefix}_${name}`, notEmpty, fallback, allowed)
  return {
    enabled: from.read(prefix, readBool, false, BOOL),
    resource: from.read(
      `${prefix}_EXEC_RESOURCE`,
      readExecResource,
      { kind: 'deployment', name: 'app-base' },
      EXEC_RESOURCE_FORM,
    ),
    container: text('EXEC_CONTAINER', defaults.container, 'the name of a container'),
    dumpFile: from.read(`${prefix}_DUMP_FILE`, absolute, defaults.dumpFile, 'an absolute path in the container'),
    host: text('HOST', '127.0.0.1', 'a host'),
    port: text('PORT', defaults.port, 'a port'),
    user: text('USER', defaults.user, 'a user'),
    password: from.read(`${prefix}_PASSWORD`, (value) => value, defaults.password, 'a password'),
    database: text('DB', defaults.database, 'the name of a database'),
  }
}

function within(least: number, most: number): (text: string) => number | undefined {
  return (text) => {
    const value = readInt(text)
    return value === undefined || value < least || value > most ? undefined : value
  }
}

function readLeases(text: string): BakSettings['flock']['leases'] {
  const [namespace = '', name = '', ...more] = text.split('/')
  return more.length === 0 && OBJECT_NAME.test(namespace) && OBJECT_NAME.test(name) ? { namespace, name } : undefined
}

function notEmpty(text: string): string | undefined {
  return text === '' || /[\0\n\r]/.test(text) ? undefined : text
}

function absolute(text: string): string | undefined {
  return text.startsWith('/') ? notEmpty(text) : undefined
}

function word(text: string): string | undefined {
  return /^[A-Za-z0-9_]+$/.test(text) ? text : undefined
}

function orEmpty(text: string): string | undefined {
  return text === '' || OBJECT_NAME.test(text) ? text : undefined
}

function labelText(text: string): string | undefined {
  return isLabelValue(text) ? text : undefined
}

function podText(text: string): string | undefined {
  return isLabelValue(labelValue(text)) ? text : undefined
}

function retain(text: string): BakSettings['retain'] | undefined {
  return text === 'days' || text === 'daily_weekly_monthly' ? text : undefined
}

/** backup-ns took an unknown zone for UTC, without a word. */
function readZone(text: string): string | undefined {
  const zone = text.replace(/^:/, '')
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone === '' ? 'UTC' : zone }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

function findingsOf(environment: Environment, nameTemplate: string): readonly Finding[] {
  const unknown = Object.keys(environment)
    .filter((name) => name.startsWith('BAK_') && environment[name] !== undefined && !KNOWN_VARIABLES.includes(name))
    .toSorted()
    .map((name): Finding => {
      const hint = didYouMean(name, KNOWN_VARIABLES)
      return { code: 'BAK.UNKNOWN', message: `${name} means nothing`, ...(hint === undefined ? {} : { hint }) }
    })
  if (isUniqueTemplate(nameTemplate)) return unknown
  const fixed: Finding = {
    code: 'BAK.FIXED_NAME',
    message: `BAK_VS_NAME_TEMPLATE=${JSON.stringify(nameTemplate)} makes names that may be taken`,
    hint: 'end it with -{{ .rand }}; a snapshot is never made of a name that is taken',
  }
  return [...unknown, fixed]
}
