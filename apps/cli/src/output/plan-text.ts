import { formatDuration, formatElapsed } from '@salvage-kit/core'
import type { Finding, Group, LiftStep, Plan, QuiesceStep, SnapshotStep } from '@salvage-kit/core'

/** A plan for people: what comes to rest, in which order and how, what is copied while it rests and after, and where to. */
export function planText(plan: Plan): string {
  const count = plan.groups.flatMap((group) => group.targets).length
  const tide = plan.tide === undefined ? '' : ` of tide ${plan.tide}`
  const head = `run ${plan.runId}${tide}: ${plural(count, 'target')} in ${plural(plan.groups.length, 'group')} (${plan.grouping}), holds of at most ${formatDuration(plan.maxHoldMs)}`
  const skipped = plan.skipped.map(({ target, finding }) => `  ${target}: ${findingLine(finding)}`)
  const warnings = plan.warnings.map((finding) => `  ${findingLine(finding)}`)
  return `${[
    head,
    ...plan.groups.flatMap((group) => ['', ...groupLines(group)]),
    ...section('skipped', skipped),
    ...section('warnings', warnings),
  ].join('\n')}\n`
}

function groupLines(group: Group): readonly string[] {
  const rests = group.quiesce.length > 0
  const inside = group.whileQuiesced.map((step) => (step.kind === 'lift' ? liftLine(step) : snapshotLine(step)))
  const numbered = group.quiesce.map((wave, index) => `    ${String(index + 1)}. ${wave.map(restLine).join(', ')}`)
  const before = group.beforeHold.map((step) => `    ${liftLine(step)}`)
  return [
    `group ${group.id}: ${group.targets.join(', ')}`,
    ...(before.length > 0 ? ['  warm, while all still run; thrown away later:', ...before] : []),
    ...(rests ? ['  comes to rest, and rises in reverse:', ...numbered] : ['  nothing has to come to rest']),
    ...group.idle.map((step) => `  at rest already, stays so: ${step.name}`),
    ...group.left.map((left) => `  keeps running: ${left.name} (${left.why})`),
    ...(inside.length > 0
      ? [rests ? `  while at rest${predicted(group)}:` : '  then:', ...inside.map((line) => `    ${line}`)]
      : []),
    ...(group.afterResume.length > 0
      ? [
          rests || inside.length > 0 ? '  once all run again:' : '  then:',
          ...group.afterResume.map((step) => `    ${liftLine(step)}`),
        ]
      : []),
  ]
}

function predicted({ predictedHoldMs }: Group): string {
  return predictedHoldMs === undefined ? '' : `, ${formatElapsed(predictedHoldMs)} as far as past runs tell`
}

function liftLine(step: LiftStep): string {
  const { target, store } = step.ref
  if (step.from.kind === 'live' && step.from.source.medium === 'stream')
    return `dump ${target}${step.staged === true ? ', staged on this machine first,' : ''} to ${store.ref}`
  return `lift ${target}${step.from.kind === 'snapshot' ? ' from its snapshot' : ''} to ${store.ref}`
}

function snapshotLine({ ref, snapshotter }: SnapshotStep): string {
  const stays = ref.keep === undefined ? '' : `, which stays in ${ref.keep.store.ref}`
  const how = ref.together === undefined ? snapshotter : `${snapshotter}, at one instant: ${ref.together}`
  return `snapshot ${ref.target} (${how})${stays}`
}

function restLine(step: QuiesceStep): string {
  return `${step.name} (${step.quiescer})`
}

function findingLine({ message, why, hint }: Finding): string {
  return `${message}${why === undefined ? '' : `: ${why}`}${hint === undefined ? '' : `; ${hint}`}`
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}

/** `1 target`, `2 targets`. */
export function plural(count: number, word: string): string {
  return `${String(count)} ${word}${count === 1 ? '' : 's'}`
}
