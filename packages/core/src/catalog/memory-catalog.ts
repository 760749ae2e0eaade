import type { RestorePoint } from '../crane/restore-point.ts'
import type { RunReport } from '../report/report.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Catalog, RunRecord, TideMark } from './catalog.ts'
import { copiedTargets } from './copied-targets.ts'
import { planUsed } from './plan-used.ts'
import { isRepeated, isTransfer, KEPT_TRANSFERS } from './transfers.ts'

/** A catalog that ends with its process: for tests, and where nothing is to be remembered. */
export function memoryCatalog(): Catalog {
  const runs = new Map<string, RunRecord>()
  const points = new Map<string, RestorePoint>()
  const spared = new Set<TargetRef>()
  const marks = new Map<string, TideMark>()

  const newestFirst = (): readonly RunRecord[] =>
    [...runs.values()].toReversed().toSorted((a, b) => compare(b.startedAt, a.startedAt))

  function tidyTransfers(report: RunReport): void {
    const transfers = newestFirst().filter(isTransfer)
    const isOfSame = (one: RunRecord): boolean =>
      one.kind === report.kind && one.runId !== report.runId && wayOf(one.report) === wayOf(report)
    const before = transfers.find(isOfSame)?.report
    if (before !== undefined && isRepeated(before, report)) runs.delete(before.runId)
    for (const { runId } of transfers.slice(KEPT_TRANSFERS)) runs.delete(runId)
  }

  return {
    startRun: async ({ runId, kind, tide, startedAt }) => {
      if (runs.has(runId)) throw planUsed(runId)
      runs.set(runId, { runId, kind, ...(tide === undefined ? {} : { tide }), startedAt })
    },
    finishRun: async (report) => {
      const { runId, kind, tide, startedAt } = report
      const known = runs.get(runId) ?? { runId, kind, ...(tide === undefined ? {} : { tide }), startedAt }
      runs.set(runId, { ...known, report })
      for (const target of copiedTargets(report)) spared.delete(target)
      if (isTransfer(report)) tidyTransfers(report)
    },
    spare: async (targets) => {
      for (const target of targets) spared.add(target)
    },
    spared: async () => new Set(spared),
    runs: async (limit, { tide, kind } = {}) =>
      newestFirst()
        .filter((run) => tide === undefined || run.tide === tide)
        .filter((run) => kind === undefined || run.kind === kind)
        .slice(0, limit),
    marks: async () => [...marks.values()],
    mark: async (mark) => void marks.set(mark.tide, mark),
    addPoint: async (point) => {
      points.delete(nameOf(point))
      points.set(nameOf(point), point)
    },
    removePoints: async (gone) => {
      for (const point of gone) points.delete(nameOf(point))
    },
    points: async ({ targets, store }) =>
      [...points.values()]
        .filter((point) => targets === undefined || targets.includes(point.target))
        .filter((point) => store === undefined || point.store === store)
        .toSorted((a, b) => compare(a.takenAt, b.takenAt)),
  }
}

/** What was carried, and with which host. */
function wayOf(report: RunReport | undefined): string {
  const first = report?.groups[0]?.targets[0]
  return JSON.stringify([first?.target, first?.transfer?.host])
}

/** No reference and no id holds a newline. */
function nameOf({ store, id }: RestorePoint): string {
  return `${store}\n${id}`
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
