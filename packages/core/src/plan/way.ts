import type { Store } from '../crane/store.ts'
import { SalvageError } from '../error.ts'
import type { Finding } from '../finding.ts'
import { mediaOf } from '../target/source.ts'
import type { Medium, StreamSource } from '../target/source.ts'
import type { Target } from '../target/target.ts'
import type { Capabilities, SnapshotCapability } from './capabilities.ts'
import { byText } from './compare.ts'
import type { HoldChoice, Tide } from './tide.ts'
import { warmthOf } from './warmth.ts'
import type { PossibleWarmth } from './warmth.ts'

/** A cut that stays, and the store that keeps it. */
export interface KeptCut {
  readonly store: Store
  readonly cut: SnapshotCapability
}

/** How one target is copied, or why it cannot be. With `keep` that cut stays: it is the one that is lifted, or stands beside. */
export type Way =
  | { readonly kind: 'kept'; readonly target: Target; readonly keep: KeptCut }
  | {
      readonly kind: 'snapshot'
      readonly target: Target
      readonly store: Store
      readonly cut: SnapshotCapability
      readonly keep?: KeptCut
    }
  | {
      readonly kind: 'live'
      readonly target: Target
      readonly store: Store
      readonly warm: PossibleWarmth
      readonly keep?: KeptCut
    }
  | { readonly kind: 'stream'; readonly target: Target; readonly store: Store; readonly staged: boolean }
  | { readonly kind: 'none'; readonly target: Target; readonly finding: Finding }

/**
 * The planner's whole rule: if a snapshotter can cut the target and the crane can read what it exposes, cut it and lift
 * the snapshot; otherwise lift the live source; otherwise `PLAN.UNREADABLE`. Of several snapshotters the first that fits
 * is taken. A tide that chooses one way gets no other: `PLAN.UNCUT` for snapshots, `PLAN.WARM_STAYS` where a warm copy
 * could never be removed.
 *
 * A tide that keeps snapshots gets a cut of each target that its keeper can keep, or leaves the target out with
 * `PLAN.UNKEPT`. Such a cut is lifted by the same rule; one that is not lifted from stands beside the lift of the live
 * source, of the same rest. Throws `CRANE.UNKNOWN`.
 *
 * A stream is lifted as it is whatever the tide chooses for holds, for nobody is at rest for it. Where the crane reads no
 * streams, or not several files of one, it is staged as a directory. Nothing cuts it, so a tide that only keeps
 * snapshots leaves it out.
 */
export function wayOf(target: Target, tide: Tide, capabilities: Capabilities): Way {
  const keptIn = tide.snapshots?.ref
  const cuts = capabilities.snapshots.filter((one) => one.target === target.ref && one.keptIn === keptIn)
  const own = ownStore(target, tide)
  const into = own ?? tide.store
  if (target.source.medium === 'stream' && into !== undefined)
    return streamWay(target, target.source, into, capabilities)
  if (tide.snapshots === undefined) return liftWay({ target, store: own ?? tide.store, cuts }, tide, capabilities)
  const [first] = cuts
  if (first === undefined) return { kind: 'none', target, finding: unkept(target, tide.snapshots, capabilities) }
  const keep = { store: tide.snapshots, cut: first }
  if (into === undefined) return { kind: 'kept', target, keep }
  const way = liftWay({ target, store: into, cuts }, tide, capabilities)
  if (way.kind === 'live') return { ...way, keep }
  return way.kind === 'snapshot' ? { ...way, keep: { ...keep, cut: way.cut } } : way
}

interface Wish {
  readonly target: Target
  readonly store: Store
  /** The cuts of this target that may be taken. */
  readonly cuts: readonly SnapshotCapability[]
}

function liftWay(wish: Wish, { hold = 'auto' }: Tide, capabilities: Capabilities): Way {
  const { target, store, cuts } = wish
  const reads = mediaReadBy(store, capabilities)
  const cut = cuts.find((snapshot) => reads.includes(snapshot.exposes))
  if (cut !== undefined && (hold === 'auto' || hold === 'snapshot')) return { kind: 'snapshot', target, store, cut }
  const media = mediaOf(target.source)
  if (media.some((medium) => reads.includes(medium))) return liveWay(wish, hold, capabilities)
  const offered = new Set([...media, ...(hold === 'auto' ? cuts.map((snapshot) => snapshot.exposes) : [])])
  return { kind: 'none', target, finding: unreadable(target, store, [...offered], capabilities) }
}

function streamWay(target: Target, { several }: StreamSource, store: Store, capabilities: Capabilities): Way {
  const reads = mediaReadBy(store, capabilities)
  if (several === undefined && reads.includes('stream')) return { kind: 'stream', target, store, staged: false }
  if (reads.includes('directory') && capabilities.staging === true)
    return { kind: 'stream', target, store, staged: true }
  const offered: readonly Medium[] = capabilities.staging === true ? ['stream', 'directory'] : ['stream']
  return { kind: 'none', target, finding: unreadable(target, store, offered, capabilities) }
}

function liveWay(wish: Wish, hold: HoldChoice, capabilities: Capabilities): Way {
  const { target, store } = wish
  if (hold === 'snapshot') return { kind: 'none', target, finding: uncut(wish, capabilities) }
  const warm = warmthOf(target.ref, store, hold, capabilities)
  return warm.kind === 'refused'
    ? { kind: 'none', target, finding: warm.finding }
    : { kind: 'live', target, store, warm }
}

function uncut({ target, store, cuts }: Wish, capabilities: Capabilities): Finding {
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

function unkept(target: Target, store: Store, { unkept: whys = {} }: Capabilities): Finding {
  const why = Object.hasOwn(whys, target.ref) ? whys[target.ref] : undefined
  return {
    code: 'PLAN.UNKEPT',
    message: `${target.ref} is left out: its snapshot cannot be kept in ${store.ref}`,
    why: why ?? 'nothing here can cut it so',
    hint: 'name a class that can cut it, or move it to storage that can be cut, or leave it to a tide without snapshots',
  }
}

function ownStore({ ref }: Target, { storeOf }: Tide): Store | undefined {
  return storeOf !== undefined && Object.hasOwn(storeOf, ref) ? storeOf[ref] : undefined
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
