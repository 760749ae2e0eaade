import type { Store } from '../crane/store.ts'
import { SalvageError } from '../error.ts'
import type { Finding } from '../finding.ts'
import { mediaOf } from '../target/source.ts'
import type { Medium } from '../target/source.ts'
import type { Target } from '../target/target.ts'
import type { Capabilities, SnapshotCapability } from './capabilities.ts'
import { byText } from './compare.ts'
import type { HoldChoice, Tide } from './tide.ts'
import { warmthOf } from './warmth.ts'
import type { PossibleWarmth } from './warmth.ts'

/** How one target gets into its store, or why it cannot. */
export type Way =
  | { readonly kind: 'snapshot'; readonly target: Target; readonly store: Store; readonly cut: SnapshotCapability }
  | { readonly kind: 'live'; readonly target: Target; readonly store: Store; readonly warm: PossibleWarmth }
  | { readonly kind: 'none'; readonly target: Target; readonly finding: Finding }

/**
 * The planner's whole rule: if a snapshotter can cut the target and the crane can read what it exposes, cut it and lift
 * the snapshot; otherwise lift the live source; otherwise `PLAN.UNREADABLE`. Of several snapshotters the first that fits
 * is taken. A tide that chooses one way gets no other: `PLAN.UNCUT` for snapshots, `PLAN.WARM_STAYS` where a warm copy
 * could never be removed. Throws `CRANE.UNKNOWN`.
 */
export function wayOf(target: Target, tide: Tide, capabilities: Capabilities): Way {
  const { hold = 'auto' } = tide
  const store = storeOf(target, tide)
  const reads = mediaReadBy(store, capabilities)
  const snapshots = capabilities.snapshots.filter((snapshot) => snapshot.target === target.ref)
  const cut = snapshots.find((snapshot) => reads.includes(snapshot.exposes))
  if (cut !== undefined && (hold === 'auto' || hold === 'snapshot')) return { kind: 'snapshot', target, store, cut }
  const media = mediaOf(target.source)
  if (media.some((medium) => reads.includes(medium))) return liveWay(target, store, hold, capabilities)
  const offered = new Set([...media, ...(hold === 'auto' ? snapshots.map((snapshot) => snapshot.exposes) : [])])
  return { kind: 'none', target, finding: unreadable(target, store, [...offered], capabilities) }
}

function liveWay(target: Target, store: Store, hold: HoldChoice, capabilities: Capabilities): Way {
  if (hold === 'snapshot') return { kind: 'none', target, finding: uncut(target, store, capabilities) }
  const warm = warmthOf(target.ref, store, hold, capabilities)
  return warm.kind === 'refused'
    ? { kind: 'none', target, finding: warm.finding }
    : { kind: 'live', target, store, warm }
}

function uncut(target: Target, store: Store, capabilities: Capabilities): Finding {
  const cuts = capabilities.snapshots.filter((snapshot) => snapshot.target === target.ref)
  const reads = mediaReadBy(store, capabilities).join(' or ')
  const why =
    cuts.length === 0
      ? 'nothing here can cut a snapshot of it'
      : `its snapshot can be read as ${cuts.map(({ exposes }) => exposes).join(' or ')}; the crane reads ${reads}`
  return {
    code: 'PLAN.UNCUT',
    message: `${target.ref} is left out: the tide copies from snapshots only`,
    why,
    hint: 'move it to a file system that can be cut, or use hold: auto',
  }
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
