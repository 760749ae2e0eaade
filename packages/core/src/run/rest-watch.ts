import type { Backend } from '../backend.ts'
import { deadline } from '../deadline.ts'
import type { Group, LiftStep, SnapshotStep } from '../plan/plan.ts'
import type { Rig } from '../rig.ts'
import type { WorkloadEvent } from '../target/discovery.ts'
import type { Source } from '../target/source.ts'
import { isWritten } from '../target/writers.ts'
import { aborted } from './aborted.ts'

const READY_WITHIN_MS = 10_000

/** Watches the workloads of one group until disposed. */
export interface RestWatch extends Disposable {
  /** From now on, events of this workload that let it write again taint. */
  guard(workload: string): void
  /** Whether events of the group's workloads may have been missed. */
  readonly broken: boolean
}

/**
 * Starts to watch; resolves when the subscriptions stand (or have failed: `broken`). `onTaint` is called with the reason
 * when a guarded workload rises, or when a workload unknown to the plan begins to use a target of the group.
 */
export async function watchRest(
  rig: Rig,
  group: Group,
  { signal, onTaint }: { readonly signal: AbortSignal; readonly onTaint: (why: string) => void },
): Promise<RestWatch> {
  const controller = new AbortController()
  const guarded = new Set<string>()
  const known = new Set([...group.quiesce.flat(), ...group.idle, ...group.left].map((one) => one.workload))
  const quiescers = new Set([...group.quiesce.flat(), ...group.idle].map((step) => step.quiescer))
  const sources = group.whileQuiesced.flatMap(sourceOf)
  let broken = false
  const judge = (event: WorkloadEvent): void => {
    if (event.type !== 'rising') return
    const { uses, writes = [] } = event
    const reaches = uses.some((ref) => group.targets.includes(ref)) || sources.some((one) => isWritten(one, writes))
    const strange = !known.has(event.workload) && reaches
    if (guarded.has(event.workload) || strange)
      onTaint(`${event.workload} did "${event.what}" during the hold (${event.at})`)
  }
  const follow = async ({ discovery, quiescers: own = [] }: Backend, ready: () => void): Promise<void> => {
    try {
      for await (const event of discovery?.watch?.({ signal: controller.signal }) ?? [])
        if (event === 'ready') ready()
        else judge(event)
    } catch {
      // A broken stream ends no hold: `broken` makes its copies worthless when the hold is judged.
    }
    broken ||= own.some(({ id }) => quiescers.has(id))
    ready()
  }
  const watched = rig.backends.filter(({ discovery }) => discovery?.watch !== undefined)
  const standing = watched.map((backend) => new Promise<void>((resolve) => void follow(backend, resolve)))
  if (!(await within(READY_WITHIN_MS, signal, Promise.all(standing)))) broken = true
  return {
    guard: (workload) => {
      guarded.add(workload)
    },
    get broken() {
      return broken
    },
    [Symbol.dispose]: () => {
      controller.abort()
    },
  }
}

async function within(ms: number, signal: AbortSignal, work: Promise<unknown>): Promise<boolean> {
  using limit = deadline(ms, signal)
  return await Promise.race([work.then(() => true), aborted(limit.signal).then(() => false)])
}

function sourceOf(step: SnapshotStep | LiftStep): readonly Source[] {
  if (step.kind === 'snapshot') return [step.ref.source]
  return step.from.kind === 'live' ? [step.from.source] : []
}
