import type { Store } from '../crane/store.ts'
import { SalvageError } from '../error.ts'
import type { Finding } from '../finding.ts'
import { mediaOf } from '../target/source.ts'
import type { Medium } from '../target/source.ts'
import type { Target } from '../target/target.ts'
import type { Capabilities, SnapshotCapability } from './capabilities.ts'
import { byText } from './compare.ts'
import type { Tide } from './tide.ts'

/** How one target gets into its store, or why it cannot. */
export type Way =
  | { readonly kind: 'snapshot'; readonly target: Target; readonly store: Store; readonly cut: SnapshotCapability }
  | { readonly kind: 'live'; readonly target: Target; readonly store: Store }
  | { readonly kind: 'none'; readonly target: Target; readonly finding: Finding }

/**
 * The planner's whole rule: if a snapshotter can cut the target and the crane can read what it exposes, cut it and lift
 * the snapshot; otherwise lift the live source; otherwise `PLAN.UNREADABLE`. Of several snapshotters the first that fits
 * is taken. Throws `CRANE.UNKNOWN`.
 */
export function wayOf(target: Target, tide: Tide, capabilities: Capabilities): Way {
  const store = storeOf(target, tide)
  const reads = mediaReadBy(store, capabilities)
  const snapshots = capabilities.snapshots.filter((snapshot) => snapshot.target === target.ref)
  const cut = snapshots.find((snapshot) => reads.includes(snapshot.exposes))
  if (cut !== undefined) return { kind: 'snapshot', target, store, cut }
  const media = mediaOf(target.source)
  if (media.some((medium) => reads.includes(medium))) return { kind: 'live', target, store }
  const offered = new Set([...media, ...snapshots.map((snapshot) => snapshot.exposes)])
  return { kind: 'none', target, finding: unreadable(target, store, [...offered], capabilities) }
}

function storeOf(target: Target, tide: Tide): Store {
  const own =
    tide.storeOf !== undefined && Object.hasOwn(tide.storeOf, target.ref) ? tide.storeOf[target.ref] : undefined
  return own ?? tide.store
}

function mediaReadBy(store: Store, { cranes }: Capabilities): readonly Medium[] {
  const media = Object.hasOwn(cranes, store.crane) ? cranes[store.crane] : undefined
  if (media !== undefined) return media
  const names = Object.keys(cranes).toSorted(byText).join(', ')
  throw new SalvageError('CRANE.UNKNOWN', `there is no crane ${JSON.stringify(store.crane)} for ${store.ref}`, {
    why: names === '' ? 'no backend brings a crane' : `the cranes are: ${names}`,
    hint: 'choose another store, or configure the backend that brings this crane',
  })
}

function unreadable(target: Target, store: Store, offered: readonly Medium[], { cranes }: Capabilities): Finding {
  const able = Object.keys(cranes).filter((id) => cranes[id]?.some((medium) => offered.includes(medium)))
  const reads = cranes[store.crane]?.join(' or ') ?? ''
  return {
    code: 'PLAN.UNREADABLE',
    message: `${store.ref} cannot take ${target.ref}: its crane ${store.crane} cannot read it`,
    why: `it can be read as ${offered.join(' or ')}; the crane reads ${reads === '' ? 'nothing' : reads}`,
    hint:
      able.length === 0
        ? `run where the content can be read as ${reads}`
        : `use a store of a crane that can read it: ${able.toSorted(byText).join(', ')}`,
  }
}
