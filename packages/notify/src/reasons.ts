import type { Finding, TargetRef } from '@salvage-kit/core'
import { oneLine } from '@salvage-kit/core'
import type { EndNews } from './news.ts'

/** The targets of a run by how they ended. */
export interface Ended {
  readonly good: readonly TargetRef[]
  /** Failed, incomplete or left out. */
  readonly bad: readonly TargetRef[]
}

/** How the targets of a run ended; nothing for a run that was refused. */
export function endedTargets({ report }: EndNews): Ended {
  const targets = report?.groups.flatMap((group) => group.targets) ?? []
  return {
    good: targets.filter(({ outcome }) => outcome === 'good').map(({ target }) => target),
    bad: [
      ...targets.filter(({ outcome }) => outcome !== 'good').map(({ target }) => target),
      ...(report?.skipped.map(({ target }) => target) ?? []),
    ],
  }
}

/** Why a run is no success, the gravest first, one reason a line. A single failed volume is told as the original does. */
export function reasonsOf({ report, failure }: EndNews): string {
  const lines = failure === undefined ? [] : [reason(failure)]
  if (report !== undefined) {
    lines.push(...report.stuck.map(({ what, failure: stuck }) => `not put back: ${oneLine(what)}: ${reason(stuck)}`))
    if (report.aborted) lines.push('the run was aborted')
    for (const { findings = [] } of report.groups) lines.push(...findings.map(reason))
    for (const { target, findings, outcome } of report.groups.flatMap((group) => group.targets))
      if (outcome !== 'good') lines.push(volumeReason(target, findings))
    lines.push(...report.skipped.map(({ target, finding }) => volumeReason(target, [finding])))
  }
  return lines.length === 0 ? 'no reason was given' : lines.join('\n')
}

/** A Docker volume by its plain name, anything else by its reference. */
export function volumeName(target: TargetRef): string {
  return target.startsWith('docker:') ? target.slice('docker:'.length) : target
}

/** What and why, without what to do about it. */
export function reason({ message, why }: Finding): string {
  return oneLine(why === undefined ? message : `${message} (${why})`)
}

function volumeReason(target: TargetRef, findings: readonly Finding[]): string {
  const why = findings.length === 0 ? 'the copy is not whole' : findings.map(reason).join('; ')
  return `volume backup '${volumeName(target)}' reported: ${why}`
}
