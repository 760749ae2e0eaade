import { findingOf, isSalvageError, type CallOptions, type Finding } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { dayIn, type Day } from '../label/day.ts'
import { keptSnapshot, type KeptSnapshot } from '../label/kept-snapshot.ts'
import { KINDS } from '../resource/kind.ts'
import { judge, type RetentionSettings } from './judge.ts'
import { eachAtMost } from './pool.ts'
import type { RetentionRules } from './rules.ts'
import type { RetentionVerdict } from './verdict.ts'

/** Whose snapshots are looked at. */
export type RetentionScope =
  | { readonly namespaces: readonly string[] }
  /** All namespaces; those that are named, and the context's own, when nobody may list across namespaces. */
  | { readonly all: true; readonly otherwise?: readonly string[] }

/** What becomes of the snapshots of a namespace. */
export interface NamespacePlan {
  readonly namespace: string
  readonly verdicts: readonly RetentionVerdict[]
}

/** What becomes of all snapshots. Plain data: print it, or apply it. */
export interface RetentionPlan {
  /** Today, in `zone`. */
  readonly day: Day
  readonly zone: string
  readonly rules: RetentionRules
  /** By name; those without a snapshot that is retained are left out. */
  readonly namespaces: readonly NamespacePlan[]
  /** Namespaces that could not be looked at; with one of them, what is done is part of the whole. */
  readonly skipped: readonly { readonly namespace: string; readonly finding: Finding }[]
  readonly findings: readonly Finding[]
}

/** How many namespaces are listed at a time. */
const LISTS = 8

/**
 * Reads the snapshots and judges them; changes nothing. A namespace that may not be read, or that cannot be, is in `skipped` and
 * the others are judged all the same. Named namespaces are read by requests within them and no others.
 *
 * Rejects with the cluster's error when nothing at all can be read for another reason than rights (`K8S.UNREACHABLE`,
 * `K8S.UNAUTHORIZED`, `K8S.NO_KIND`), and with a `RangeError` for a zone that does not exist.
 */
export async function planRetention(
  cluster: Cluster,
  scope: RetentionScope,
  settings: RetentionSettings,
  { signal }: CallOptions,
): Promise<RetentionPlan> {
  signal.throwIfAborted()
  const day = dayIn(settings.zone, settings.now)
  const byNamespace = new Map<string, readonly KeptSnapshot[]>()
  const skipped: { namespace: string; finding: Finding }[] = []
  const readEach = async (names: Iterable<string>): Promise<void> =>
    eachAtMost(LISTS, new Set(names), async (namespace) => {
      try {
        byNamespace.set(namespace, await read(cluster, namespace, { signal }))
      } catch (error) {
        if (signal.aborted || !isOfOneNamespace(error)) throw error
        skipped.push({ namespace, finding: skippedNamespace(namespace, error) })
      }
    })
  if ('namespaces' in scope) await readEach(scope.namespaces)
  else
    try {
      for (const [namespace, list] of Map.groupBy(await read(cluster, undefined, { signal }), (one) => one.namespace))
        byNamespace.set(namespace, list)
    } catch (error) {
      if (!isForbidden(error)) throw error
      await readEach([...(scope.otherwise ?? []), cluster.namespace])
    }
  const namespaces = [...byNamespace]
    .filter(([, list]) => list.length > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, list]) => ({ namespace, verdicts: judge(list, settings) }))
  const findings = namespaces.flatMap(({ verdicts }) => verdicts.flatMap(({ finding }) => finding ?? []))
  return {
    day,
    zone: settings.zone,
    rules: settings.rules,
    namespaces,
    skipped: skipped.toSorted((a, b) => (a.namespace < b.namespace ? -1 : 1)),
    findings,
  }
}

async function read(
  cluster: Cluster,
  namespace: string | undefined,
  options: CallOptions,
): Promise<readonly KeptSnapshot[]> {
  const kept: KeptSnapshot[] = []
  const scope = namespace === undefined ? {} : { namespace }
  for await (const resource of cluster.list(KINDS.volumeSnapshot, scope, options)) {
    const snapshot = keptSnapshot(resource)
    if (snapshot !== undefined) kept.push(snapshot)
  }
  return kept
}

/** What ends the whole: nobody is there, nobody is known, or there are no snapshots in this cluster at all. */
const OF_THE_CLUSTER: ReadonlySet<string> = new Set(['K8S.UNREACHABLE', 'K8S.UNAUTHORIZED', 'K8S.NO_KIND'])

function isOfOneNamespace(error: unknown): boolean {
  return isSalvageError(error) && !OF_THE_CLUSTER.has(error.code)
}

function isForbidden(error: unknown): boolean {
  return isSalvageError(error) && error.code === 'K8S.FORBIDDEN'
}

function skippedNamespace(namespace: string, error: unknown): Finding {
  const { message, why, hint } = findingOf(error)
  return {
    code: 'RETENTION.SKIPPED',
    message: `namespace ${namespace} is left out: ${message}`,
    ...(why === undefined ? {} : { why }),
    hint: hint ?? 'grant list, patch and delete on volumesnapshots there',
  }
}
