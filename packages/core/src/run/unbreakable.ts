import type { Finding } from '../finding.ts'
import type { RunEvent } from '../report/event.ts'
import type { GroupReport } from '../report/report.ts'
import type { Rig } from '../rig.ts'

/** A rig whose reporter cannot get between an effect and its undo. */
export interface Unbreakable {
  readonly rig: Rig
  /** What was reported as a warning and stands in none of these. */
  warningsBeside(groups: readonly GroupReport[]): readonly Finding[]
  /** Throws what the reporter threw first, if it did: a bug, told when everything is put back. */
  rethrow(): void
}

/** The same rig; what its reporter throws is kept for the end. After its first throw it is told nothing more. */
export function unbreakable(given: Rig): Unbreakable {
  const warnings: Finding[] = []
  let broken: { readonly error: unknown } | undefined
  const report = (event: RunEvent): void => {
    if (event.type === 'warning') warnings.push(event.finding)
    if (broken !== undefined) return
    try {
      given.report(event)
    } catch (error) {
      broken = { error }
    }
  }
  return {
    rig: { ...given, report },
    warningsBeside: (groups) => {
      const told = new Set(
        groups.flatMap((group) => [...(group.findings ?? []), ...group.targets.flatMap((target) => target.findings)]),
      )
      return warnings.filter((warning) => !told.has(warning))
    },
    rethrow: () => {
      if (broken !== undefined) throw broken.error
    },
  }
}
