import type { JsonObject } from '@salvage-kit/core'
import type { BakDatabase, BakSettings } from './settings.ts'
import type { Environment } from './variable.ts'

/** The settings as backup-ns prints them: the names of the variables, four groups, no passwords. */
export function effectiveBak(settings: BakSettings): JsonObject {
  const { leases } = settings.flock
  return {
    BAK_DRY_RUN: settings.dryRun,
    BAK_NAMESPACE: settings.namespace,
    BAK_PVC_NAME: settings.pvc,
    BAK_VS_RAND: settings.rand,
    LabelVS: {
      BAK_LABEL_VS_TYPE: settings.type,
      BAK_LABEL_VS_POD: settings.pod,
      BAK_LABEL_VS_RETAIN: settings.retain,
      BAK_LABEL_VS_RETAIN_DAYS: settings.retainDays,
    },
    BAK_VS_NAME_TEMPLATE: settings.nameTemplate,
    BAK_VS_CLASS_NAME: settings.className,
    BAK_VS_WAIT_UNTIL_READY: settings.waitUntilReady,
    BAK_VS_WAIT_UNTIL_READY_TIMEOUT: `${String(settings.readyTimeoutMs / 1_000)}s`,
    BAK_THRESHOLD_SPACE_USED_PERCENTAGE: settings.fullPercent,
    BAK_DB_SKIP: settings.withoutDatabase,
    Postgres: database('BAK_DB_POSTGRES', settings.postgres),
    MySQL: {
      ...database('BAK_DB_MYSQL', settings.mysql),
      BAK_DB_MYSQL_DEFAULT_CHARACTER_SET: settings.mysql.characterSet,
    },
    Flock: {
      BAK_FLOCK: settings.flock.enabled,
      BAK_FLOCK_COUNT: settings.flock.count,
      BAK_FLOCK_DIR: settings.flock.directory,
      BAK_FLOCK_TIMEOUT_SEC: settings.flock.timeoutMs / 1_000,
      ...(leases === undefined ? {} : { BAK_FLOCK_LEASES: `${leases.namespace}/${leases.name}` }),
    },
    TZ: settings.zone,
  }
}

function database(
  prefix: string,
  { enabled, resource, container, dumpFile, host, port, user, database: name }: BakDatabase,
): JsonObject {
  return {
    [prefix]: enabled,
    [`${prefix}_EXEC_RESOURCE`]: `${resource.kind}/${resource.name}`,
    [`${prefix}_EXEC_CONTAINER`]: container,
    [`${prefix}_DUMP_FILE`]: dumpFile,
    [`${prefix}_HOST`]: host,
    [`${prefix}_PORT`]: port,
    [`${prefix}_USER`]: user,
    [`${prefix}_DB`]: name,
  }
}

/**
 * The value of the annotation `backup-ns.sh/env-config`: the `BAK_…` variables that are set, passwords aside, by name, one a
 * line as `NAME='value'`.
 */
export function envConfig(environment: Environment): string {
  return Object.keys(environment)
    .filter((name) => name.startsWith('BAK_') && !name.includes('PASSWORD') && environment[name] !== undefined)
    .toSorted()
    .map((name) => `${name}='${environment[name] ?? ''}'`)
    .join('\n')
}
