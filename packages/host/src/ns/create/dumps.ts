import { parseReference } from '@salvage-kit/core'
import type { JsonObject, QuiesceChoice, TargetRef, Workload } from '@salvage-kit/core'
import { bakRecipe } from '@salvage-kit/k8s'
import type { BakSettings, DatabaseKind } from '@salvage-kit/k8s'
import type { BakDatabaseName } from '../database/database.ts'

/** As long as the jobs of backup-ns may run, in milliseconds. */
export const DUMP_MS: number = 3 * 3_600_000

/** As a plan may have it: the name of a variable of the container. */
const VARIABLE = /^\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)$/

/** The databases that the variables switch on, in the order in which they are dumped. */
export function enabledDatabases(settings: BakSettings): readonly BakDatabaseName[] {
  return (['postgres', 'mysql'] as const).filter((name) => settings[name].enabled)
}

/** Where a database runs, as plans and journals have it. */
function workloadOf({ namespace, ...settings }: BakSettings, of: BakDatabaseName): string {
  const { kind, name } = settings[of].resource
  return `k8s:${namespace}/${kind}/${name}`
}

/** What is dumped onto the claim before it is cut: PostgreSQL before MySQL. */
export function dumpedWorkloads(settings: BakSettings, target: TargetRef): readonly Workload[] {
  const byId = Map.groupBy(enabledDatabases(settings), (of) => workloadOf(settings, of))
  const ids = [...byId.keys()]
  return [...byId].map(([id, databases], place): Workload => ({
    id,
    name: parseReference(id).value,
    state: 'running',
    uses: [target],
    // Only for their order: who depends on another is dumped before it.
    dependsOn: ids.slice(place + 1),
    quiesce: databases.map((of) => choiceOf(settings, of)),
  }))
}

/** A password that stands in the variables themselves goes by no plan. */
export function passwordIn(settings: BakSettings): (workload: string, database: DatabaseKind) => string | undefined {
  return (workload, database) => {
    const of = database === 'postgres' ? 'postgres' : 'mysql'
    const { enabled, password } = settings[of]
    return enabled && workloadOf(settings, of) === workload && password !== '' ? password : undefined
  }
}

function choiceOf(settings: BakSettings, of: BakDatabaseName): QuiesceChoice {
  const { database, characterSet, fullPercent, password = '', ...recipe } = bakRecipe(settings, of)
  const options: JsonObject = {
    ...recipe,
    ...(VARIABLE.test(password) ? { password } : {}),
    ...(characterSet === undefined ? {} : { 'character-set': characterSet }),
    // 101 says that a full volume is none; a dump is refused for lack of room all the same.
    ...(fullPercent === undefined ? {} : { 'full-percent': String(Math.min(100, fullPercent)) }),
  }
  return {
    quiescer: 'k8s.dump',
    settings: { database, container: settings[of].container, timeoutMs: DUMP_MS, options },
  }
}
