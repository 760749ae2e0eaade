import { findingOf, isSalvageError, type CallOptions, type Finding } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { changed, labelPatch } from '../label/label-change.ts'
import { KINDS } from '../resource/kind.ts'
import { deletion } from './deletion.ts'
import type { RetentionEnd, RetentionOutcome, RetentionReport } from './outcome.ts'
import type { RetentionPlan } from './plan.ts'
import { letGo } from './let-go.ts'
import { contentsNamed, restorePolicies } from './policy.ts'
import { eachAtMost } from './pool.ts'
import { changedMeanwhile, sameLabels } from './same-labels.ts'
import { stillGoing } from './still-going.ts'
import type { RetentionVerdict } from './verdict.ts'

/** How verdicts are carried out. */
export interface ApplyOptions extends CallOptions {
  /**
   * `tenant`: with the rights of namespaces alone, and no request of another kind; what becomes of the storage is up to the
   * class. `admin`: the content's deletionPolicy becomes `Delete` first, so that the storage is freed too.
   */
  readonly mode: 'tenant' | 'admin'
  /** Requests at a time. Default: 16. */
  readonly width?: number
  /** How long to look for snapshots whose removal waits for finalizers, in milliseconds. Default: 10 seconds. */
  readonly patienceMs?: number
  /** Tells each verdict as it has been carried out. */
  readonly onOutcome?: (outcome: RetentionOutcome) => void
}

const WIDTH = 16
const PATIENCE_MS = 10_000
const LET_GO_MS = 1000

/**
 * Carries a plan out. Labels first, then removals. Nothing is touched that is no longer as it was judged; nothing is removed
 * of a claim whose good one that stays is gone. A failure ends its own verdict alone, and one for lack of rights all others
 * of its kind in that namespace. What was cut short can be planned and applied again.
 *
 * Rejects only when aborted.
 */
export async function applyRetention(
  cluster: Cluster,
  plan: RetentionPlan,
  { signal, mode, width = WIDTH, patienceMs = PATIENCE_MS, onOutcome }: ApplyOptions,
): Promise<RetentionReport> {
  signal.throwIfAborted()
  const outcomes: RetentionOutcome[] = []
  const forbidden = new Map<string, Finding>()
  const verdicts = plan.namespaces.flatMap((one) => one.verdicts)
  const settle = async (
    kind: 'patch' | 'delete',
    verdict: RetentionVerdict,
    work: () => Promise<RetentionEnd>,
  ): Promise<void> => {
    const key = `${kind} ${verdict.snapshot.namespace}`
    const known = forbidden.get(key)
    let end: RetentionEnd
    try {
      end = known === undefined ? await work() : { end: 'failed', finding: known }
    } catch (error) {
      signal.throwIfAborted()
      end = { end: 'failed', finding: findingOf(error) }
      if (isSalvageError(error) && error.code === 'K8S.FORBIDDEN') forbidden.set(key, findingOf(error))
    }
    const outcome = { verdict, ...end }
    outcomes.push(outcome)
    onOutcome?.(outcome)
  }
  const changes = verdicts.filter((one) => !isDeletion(one) && Object.keys(one.change).length > 0)
  await eachAtMost(width, changes, async (verdict) => {
    signal.throwIfAborted()
    await settle('patch', verdict, async () => relabel(cluster, verdict, { signal }))
  })
  const toGo = new Set(verdicts.filter(isDeletion).map(({ snapshot }) => snapshot.uid))
  const findings = mode === 'admin' && toGo.size > 0 ? await restorePolicies(cluster, toGo, { signal }) : []
  const contents = new Set(verdicts.filter(isDeletion).flatMap(({ snapshot }) => snapshot.content ?? []))
  const seen = mode === 'admin' ? await contentsNamed(cluster, contents, { signal }) : undefined
  const remove = deletion(cluster, mode, { signal, ...(seen === undefined ? {} : { seen }) })
  await eachAtMost(width, verdicts.filter(isDeletion), async (verdict) => {
    signal.throwIfAborted()
    await settle('delete', verdict, async () => remove(verdict))
  })
  const removed = outcomes.filter(({ verdict, end }) => isDeletion(verdict) && end === 'done')
  const toBeGone = removed.map(({ verdict }) => verdict.snapshot)
  const held = await stillGoing(cluster, toBeGone, patienceMs, { signal })
  const left = toBeGone.filter(({ uid }) => held.has(uid))
  const going = (await letGo(cluster, left, { signal })) ? await stillGoing(cluster, left, LET_GO_MS, { signal }) : held
  const all = outcomes.map((outcome) => {
    const finding = going.get(outcome.verdict.snapshot.uid)
    return finding === undefined ? outcome : { ...outcome, end: 'pending' as const, finding }
  })
  return { outcomes: all, findings, partial: plan.skipped.length + findings.length > 0 || all.some(isLeft) }
}

function isDeletion({ action }: RetentionVerdict): boolean {
  return action === 'delete'
}

function isLeft({ end }: RetentionOutcome): boolean {
  return end !== 'done' && end !== 'gone'
}

const ATTEMPTS = 3

/** Each attempt finds out whether one before it, whose answer was lost, was carried out. */
async function relabel(
  cluster: Cluster,
  { snapshot, change }: RetentionVerdict,
  options: CallOptions,
): Promise<RetentionEnd> {
  const { namespace, name, uid, labels } = snapshot
  for (let attempt = 1; ; attempt += 1)
    try {
      const after = await cluster.patch(
        KINDS.volumeSnapshot,
        { namespace, name },
        labelPatch(snapshot, change),
        options,
      )
      return { end: after === undefined ? 'gone' : 'done' }
    } catch (error) {
      options.signal.throwIfAborted()
      if (!isSalvageError(error) || (error.code !== 'K8S.CONFLICT' && !error.retryable)) throw error
      const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name }, options)
      if (found === undefined || found.metadata.uid !== uid) return { end: 'gone' }
      if (sameLabels(found.metadata.labels ?? {}, changed(labels, change))) return { end: 'done' }
      if (!sameLabels(found.metadata.labels ?? {}, labels))
        return { end: 'changed', finding: changedMeanwhile(snapshot) }
      if (attempt === ATTEMPTS) throw error
    }
}
