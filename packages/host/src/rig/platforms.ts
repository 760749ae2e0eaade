import { parseReference } from '@salvage-kit/core'
import type { JournalEntry, TargetRef } from '@salvage-kit/core'
import type { Config } from '../config/config.ts'

/** What a command is about to touch. */
export interface Scope {
  /** Targets that are named one by one. */
  readonly targets: readonly TargetRef[]
  /** Stores as people write them. */
  readonly stores: readonly string[]
  /** A tide is run or shown: labels may say what it is. */
  readonly tide?: string | undefined
  /** Look at everything that is there, but do without what is not. */
  readonly survey?: boolean
  /** What makes Docker necessary although nothing here says so, for people: a tide that labels may name volumes for. */
  readonly docker?: string | undefined
  /** The command only looks: it works also where the state cannot be written. */
  readonly reads?: boolean
  /** Namespaces of a cluster that are looked at besides. */
  readonly namespaces?: readonly string[]
  /** The command works on BTRFS volumes themselves, and needs nothing else: it is to begin quickly. */
  readonly btrfs?: boolean
}

/** Whether Docker is left alone, taken when it is there, or must be there (and what asks for it). */
export type DockerNeed =
  | { readonly kind: 'none' }
  | { readonly kind: 'wanted' }
  | { readonly kind: 'required'; readonly by: string }

/** Whether a command needs the Docker engine. Reads nothing. */
export function dockerNeed(config: Config, scope: Scope, pending: readonly JournalEntry[]): DockerNeed {
  const by =
    scope.targets.find((target) => isOfDocker(target)) ??
    scope.stores.find((store) => isCrane(store, config)) ??
    configured(config, scope.tide) ??
    scope.docker
  if (by !== undefined) return { kind: 'required', by }
  // What these verbs take back first is not Docker's; and an engine that starts may be waiting for the plugin.
  if (config.docker?.enabled === false || scope.btrfs === true) return { kind: 'none' }
  // What a dead run left may be in Docker: its way back needs the backend, and its own error when the engine is away.
  if (pending.length > 0) return { kind: 'wanted' }
  if (config.docker?.enabled === true && scope.survey === true) return { kind: 'required', by: 'docker.enabled' }
  // A container may write to a directory, and what dumps databases of Rancher runs in one.
  const schemes = ['dir', 'btrfs', 'rancher', 'rancher-db']
  const concerned = scope.targets.some((target) => schemes.includes(parseReference(target).scheme))
  return concerned || scope.tide !== undefined || scope.survey === true ? { kind: 'wanted' } : { kind: 'none' }
}

/**
 * Whether a command needs the BTRFS backend: `required` when something is BTRFS's by its name, `wanted` when a volume may lie
 * on BTRFS and can then be cut. Reads nothing; `isMounted` says whether there is BTRFS on this machine.
 */
export function btrfsNeed(
  config: Config,
  scope: Scope,
  { pending, isMounted }: { readonly pending: readonly JournalEntry[]; readonly isMounted: boolean },
): 'none' | 'wanted' | 'required' {
  const tide = scope.tide === undefined ? undefined : config.tides?.[scope.tide]
  const targets = [...scope.targets, ...(tide?.targets ?? [])]
  const stores = [...scope.stores, ...(tide?.to === undefined ? [] : [tide.to])]
  const isNamed = targets.some((target) => target.startsWith('btrfs:')) || stores.some((one) => isOnBtrfs(one, config))
  if (isNamed || scope.btrfs === true || config.btrfs !== undefined) return 'required'
  const isConfigured = Object.keys(config.stores ?? {}).some((name) => isOnBtrfs(name, config))
  return isMounted || isConfigured || pending.some(isOfBtrfs) ? 'wanted' : 'none'
}

function isOnBtrfs(store: string, config: Config): boolean {
  const entry = Object.hasOwn(config.stores ?? {}, store) ? config.stores?.[store] : undefined
  const kind = entry === undefined ? store : typeof entry === 'string' ? entry : `${entry.kind}:`
  return /^btrfs(-raw)?:/.test(kind)
}

/** What a dead run left that only this backend can take back. */
function isOfBtrfs({ undo }: JournalEntry): boolean {
  switch (undo.kind) {
    case 'snapshot':
    case 'exposure':
      return undo.snapshotter === 'btrfs'
    case 'lift':
      return /^btrfs(-raw)?$/.test(undo.ref.store.crane)
    case 'effect':
      return undo.effect.startsWith('btrfs.')
    case 'quiesce':
    case 'provision':
    case 'swap':
    case 'staging':
    case 'unreadable':
      return false
  }
}

/** A volume, or the database of a container. */
function isOfDocker(target: TargetRef): boolean {
  return ['docker', 'dump'].includes(parseReference(target).scheme)
}

/** A crane's name, of the configuration or perhaps of labels; anything without a scheme that no store is called. */
function isCrane(store: string, config: Config): boolean {
  if (store.startsWith('crane:')) return true
  return !store.includes(':') && !Object.hasOwn(config.stores ?? {}, store)
}

/** What of a configured tide is Docker's. */
function configured(config: Config, tide: string | undefined): string | undefined {
  const entry = tide === undefined ? undefined : config.tides?.[tide]
  if (entry === undefined) return undefined
  const target = entry.targets?.find((ref) => isOfDocker(ref))
  if (target !== undefined) return target
  if (entry.crane !== undefined) return `crane:${entry.crane}`
  return entry.to !== undefined && isCrane(entry.to, config) ? entry.to : undefined
}
