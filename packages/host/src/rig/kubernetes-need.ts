import { parseReference } from '@salvage-kit/core'
import type { JournalEntry, TargetRef } from '@salvage-kit/core'
import type { Config } from '../config/config.ts'
import type { Scope } from './platforms.ts'

/** Whether the cluster is left alone, taken where it can be reached, or must be there (and what asks for it). */
export type KubernetesNeed =
  | { readonly kind: 'none' }
  | { readonly kind: 'wanted' }
  | { readonly kind: 'required'; readonly by: string }

/** Whether a command needs the cluster. Reads nothing. */
export function kubernetesNeed(config: Config, scope: Scope, pending: readonly JournalEntry[]): KubernetesNeed {
  const tide = scope.tide === undefined ? undefined : config.tides?.[scope.tide]
  const stores = [...scope.stores, ...[tide?.to, tide?.snapshots].filter((store) => store !== undefined)]
  const by =
    [...scope.targets, ...(tide?.targets ?? [])].find(isClaim) ?? stores.find((store) => isInCluster(store, config))
  if (by !== undefined) return { kind: 'required', by }
  if (scope.btrfs === true || config.kubernetes?.enabled === false) return { kind: 'none' }
  if (config.kubernetes?.enabled === true && (scope.survey === true || scope.tide !== undefined))
    return { kind: 'required', by: 'kubernetes.enabled' }
  // Its way back needs the backend, and its own error when the cluster is away.
  if (pending.some(isOfKubernetes)) return { kind: 'wanted' }
  const isConfigured = Object.keys(config.stores ?? {}).some((name) => isInCluster(name, config))
  const isSaid = config.kubernetes !== undefined || config.rancher !== undefined
  const isLookedAround = scope.survey === true && isSaid
  return isConfigured || isLookedAround || (scope.namespaces ?? []).length > 0 ? { kind: 'wanted' } : { kind: 'none' }
}

/**
 * The namespaces that are looked at: those of the configuration, else that of the context (`undefined`; or those of Rancher's projects) where more than what
 * is named is meant, and those of everything that is named or still to be undone.
 */
export function namespacesOf(
  config: Config,
  scope: Scope,
  { named, pending }: { readonly named: readonly TargetRef[]; readonly pending: readonly JournalEntry[] },
): ReadonlySet<string | undefined> {
  const claims = [...named, ...pending.flatMap(targetOf)].filter(isClaim)
  const besides = [...claims.map(namespaceOf), ...(scope.namespaces ?? [])]
  const isTide = scope.tide !== undefined && config.kubernetes?.enabled === true
  const isAll = isTide || scope.survey === true || besides.length === 0
  return new Set([...(config.kubernetes?.namespaces ?? (isAll ? [undefined] : [])), ...besides])
}

/** Whether a store is kept in a cluster, or filled by its Jobs. */
function isInCluster(store: string, config: Config): boolean {
  const entry = Object.hasOwn(config.stores ?? {}, store) ? config.stores?.[store] : undefined
  return typeof entry === 'object' ? entry.kind === 'job' : /^(csi|job):/.test(entry ?? store)
}

function isClaim(target: TargetRef): boolean {
  return target.startsWith('k8s:')
}

function namespaceOf(claim: TargetRef): string {
  return parseReference(claim).value.split('/')[0] ?? ''
}

/** What a dead run left that only this backend can take back. */
function isOfKubernetes({ undo }: JournalEntry): boolean {
  switch (undo.kind) {
    case 'quiesce':
      return undo.quiescer.startsWith('k8s.')
    case 'snapshot':
    case 'exposure':
      return undo.snapshotter === 'csi'
    case 'lift':
      return undo.ref.store.crane === 'job'
    case 'provision':
    case 'swap':
    case 'staging':
      return isClaim(undo.target)
    case 'effect':
      return undo.effect.startsWith('k8s.') || isClaim(undo.target)
    case 'unreadable':
      return false
  }
}

function targetOf({ undo }: JournalEntry): readonly TargetRef[] {
  switch (undo.kind) {
    case 'snapshot':
    case 'exposure':
    case 'lift':
      return [undo.ref.target]
    case 'provision':
    case 'swap':
    case 'staging':
    case 'effect':
      return [undo.target]
    case 'quiesce':
    case 'unreadable':
      return []
  }
}
