import type { Store } from '../../src/crane/store.ts'
import type { Capabilities } from '../../src/plan/capabilities.ts'
import type { PlanOptions } from '../../src/plan/make-plan.ts'
import type { Group, LiftStep } from '../../src/plan/plan.ts'
import type { Tide } from '../../src/plan/tide.ts'
import type { Survey } from '../../src/target/discovery.ts'
import type { TargetRef } from '../../src/target/reference.ts'
import type { Target } from '../../src/target/target.ts'
import type { Workload } from '../../src/target/workload.ts'

/** A volume that every crane of {@link cranes} can read. */
export function target(name: string, more: Partial<Target> = {}): Target {
  return {
    ref: `docker:${name}`,
    source: { medium: 'docker-volume', name, hostPath: `/volumes/${name}` },
    tides: ['daily'],
    ...more,
  }
}

/** A running container that is stopped for its volumes. */
export function workload(name: string, uses: readonly string[], more: Partial<Workload> = {}): Workload {
  return {
    id: `docker:${name}`,
    name,
    state: 'running',
    uses: uses.map((volume): TargetRef => `docker:${volume}`),
    dependsOn: [],
    quiesce: [{ quiescer: 'docker-stop', settings: { grace: 10 } }],
    ...more,
  }
}

export function survey(
  targets: readonly Target[],
  workloads: readonly Workload[] = [],
  problems: Survey['problems'] = [],
): Survey {
  return { targets, workloads, problems }
}

const cranes: Capabilities['cranes'] = { archive: ['directory'], container: ['docker-volume'] }

export const capabilities: Capabilities = { snapshots: [], cranes, stores: {} }

export const store: Store = { ref: 'archive:/backups', crane: 'archive', settings: { level: 3 } }

/** What keeps snapshots. */
export const keeping: Store = { ref: 'csi:fast', crane: 'csi', settings: { class: 'fast' } }

/** As {@link tide}, with snapshots that stay; without `lifted` nothing is lifted. */
export function keptTide({ lifted, ...more }: Partial<Tide> & { readonly lifted: boolean }): Tide {
  const { store: into, ...covered } = tide()
  return lifted
    ? { ...covered, store: into ?? store, ...more, snapshots: keeping }
    : { ...covered, ...more, snapshots: keeping }
}

export function tide(more: Partial<Tide> = {}): Tide {
  return { name: 'daily', targets: [], grouping: 'smart', store, maxHoldMs: 60_000, maxConcurrent: 2, ...more }
}

export const options: PlanOptions = {
  runId: '20261121t080012z-4f9a2c',
  now: new Date('2026-11-21T08:00:12.345Z'),
  machine: 'atlas',
}

/** Waves as text: `docker-stop docker:web`. */
export function wavesOf(group: Group | undefined): readonly (readonly string[])[] {
  return (group?.quiesce ?? []).map((wave) => wave.map((step) => `${step.quiescer} ${step.workload}`))
}

export function liftsOf(steps: Group['whileQuiesced']): readonly LiftStep[] {
  return steps.filter((step) => step.kind === 'lift')
}
