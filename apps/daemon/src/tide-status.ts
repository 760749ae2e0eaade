import type { Catalog, Finding } from '@salvage-kit/core'
import type { Due, TideTable } from '@salvage-kit/host'
import type { Status, StatusTide } from './status-schema.ts'
import type { Work } from './work.ts'

/** What a status is made from. */
export interface StatusParts {
  readonly machine: string
  readonly tides: TideTable['tides']
  readonly catalog: Catalog
  readonly next: (tide: string) => Due | undefined
  readonly works: readonly Work[]
  readonly problems: readonly (Finding & { readonly tide?: string })[]
  readonly daemon?: NonNullable<Status['daemon']>
  readonly services?: NonNullable<Status['services']>
}

/** The status; reads of the catalog the last run of each tide. */
export async function statusOf(parts: StatusParts): Promise<Status> {
  const { machine, catalog, problems, daemon, services = [] } = parts
  const names = [...parts.tides.keys()].toSorted()
  const tides = await Promise.all(names.map(async (name) => tideStatus(name, parts, catalog)))
  return {
    version: 1,
    machine,
    ...(daemon === undefined ? {} : { daemon }),
    ...(services.length === 0 ? {} : { services }),
    tides,
    problems,
  }
}

async function tideStatus(name: string, { tides, next, works }: StatusParts, catalog: Catalog): Promise<StatusTide> {
  const { cron, timeZone } = tides.get(name) ?? {}
  const due = next(name)
  const work = works.find(({ tide }) => tide === name)
  const [last] = await catalog.runs(1, { tide: name })
  return {
    name,
    ...(cron === undefined ? {} : { cron }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(due === undefined ? {} : { next: { nominal: due.nominal.toISOString(), start: due.start.toISOString() } }),
    ...(work === undefined ? {} : { work: workOf(work) }),
    ...(last === undefined
      ? {}
      : {
          last: {
            runId: last.runId,
            startedAt: last.startedAt,
            ...(last.report === undefined ? {} : { endedAt: last.report.endedAt, outcome: last.report.outcome }),
            aborted: last.report?.aborted ?? false,
            ...(last.report?.refused === undefined ? {} : { refused: last.report.refused }),
          },
        }),
  }
}

function workOf({ runId, state, since, nominal }: Work): NonNullable<StatusTide['work']> {
  return { runId, state, since, ...(nominal === undefined ? {} : { nominal }) }
}
