import type { Backend } from '../backend.ts'
import type { Crane, PointStore } from '../crane/crane.ts'
import type { Store } from '../crane/store.ts'
import type { DumpOpener } from '../dump/dump.ts'
import type { DumpLoader } from '../dump/loader.ts'
import { stagedDumps } from '../dump/stage.ts'
import type { Effect } from '../effect/effect.ts'
import { SalvageError } from '../error.ts'
import type { Quiescer } from '../quiesce/quiescer.ts'
import { directoryExchanger } from '../restore/directory-exchanger.ts'
import type { Rig } from '../rig.ts'
import type { Keeper } from '../snapshot/keeper.ts'
import type { Snapshotter } from '../snapshot/snapshotter.ts'
import type { Exchanger } from '../target/exchanger.ts'
import type { Provisioner } from '../target/provisioner.ts'
import type { Medium } from '../target/source.ts'

/** The quiescer with this id. Throws `BACKEND.MISSING`. */
export function quiescerOf(rig: Rig, id: string): Quiescer {
  return found(
    'quiescer',
    id,
    rig.backends.flatMap((backend) => backend.quiescers ?? []).find((one) => one.id === id),
  )
}

/** The snapshotter with this id. Throws `BACKEND.MISSING`. */
export function snapshotterOf(rig: Rig, id: string): Snapshotter {
  return found(
    'snapshotter',
    id,
    rig.backends.flatMap((backend) => backend.snapshotters ?? []).find((one) => one.id === id),
  )
}

/** The crane that serves a store. Throws `BACKEND.MISSING`. */
export function craneOf(rig: Rig, store: Store): Crane {
  return found(
    'crane',
    store.crane,
    rig.backends.flatMap((backend) => backend.cranes ?? []).find((one) => one.id === store.crane),
  )
}

/** The provisioner of a scheme. Throws `BACKEND.MISSING`. */
export function provisionerOf(rig: Rig, scheme: string): Provisioner {
  return found(
    'provisioner',
    scheme,
    rig.backends.flatMap((backend) => backend.provisioners ?? []).find((one) => one.scheme === scheme),
  )
}

/** The exchanger with this id; without one that of directories. Throws `BACKEND.MISSING`. */
export function exchangerOf(rig: Rig, id: string | undefined): Exchanger {
  if (id === undefined) return directoryExchanger
  return found(
    'exchanger',
    id,
    rig.backends.flatMap((backend) => backend.exchangers ?? []).find((one) => one.id === id),
  )
}

/** What opens the dumps of a backend. Throws `BACKEND.MISSING`. */
export function dumpsOf(rig: Rig, backend: string): DumpOpener {
  return found('opener of dumps', backend, rig.backends.find(({ id }) => id === backend)?.dumps)
}

/** What loads dumps into the databases of a backend; undefined when nothing does. */
export function loaderOf(rig: Rig, backend: string): DumpLoader | undefined {
  return rig.backends.find(({ id }) => id === backend)?.loader
}

/** The effect of a load into a database of this backend. */
export function loadEffectOf(backend: string): string {
  return `${backend}.load`
}

/** The way back of a backend's own verb. Throws `BACKEND.MISSING`. */
export function effectOf(rig: Rig, id: string): Effect {
  return found(
    'effect',
    id,
    [
      stagedDumps(() => stagingOf(rig)),
      ...rig.backends.flatMap((backend) => [...(backend.effects ?? []), ...settling(backend)]),
    ].find((one) => one.id === id),
  )
}

function settling({ id, loader }: Backend): readonly Effect[] {
  return loader === undefined
    ? []
    : [{ id: loadEffectOf(id), undo: async (token, options) => loader.settle(token, options) }]
}

/** The keeper that serves a store of snapshots. Throws `BACKEND.MISSING`. */
export function keeperOf(rig: Rig, store: Store): Keeper {
  return found('keeper', store.crane, findKeeper(rig, store))
}

/** What can be done with the points of a store, and into what they can be lowered. */
export interface Points {
  readonly points: PointStore
  readonly media: ReadonlySet<Medium>
}

/**
 * The points of a store, whether a crane or a keeper serves it. Throws `BACKEND.MISSING`, or `STORE.WRITE_ONLY` when its
 * crane cannot read its archives.
 */
export function pointsOf(rig: Rig, store: Store): Points {
  const keeper = findKeeper(rig, store)
  if (keeper !== undefined) return keeper
  const { archives, media } = craneOf(rig, store)
  if (archives !== undefined) return { points: archives, media }
  throw writeOnly(store)
}

function findKeeper(rig: Rig, { crane }: Store): Keeper | undefined {
  const snapshotters = rig.backends.flatMap((backend) => backend.snapshotters ?? [])
  return snapshotters.flatMap(({ keeps }) => keeps ?? []).find(({ id }) => id === crane)
}

/** The error of a store whose crane only writes: `STORE.WRITE_ONLY`. */
export function writeOnly(store: Store): SalvageError {
  return new SalvageError('STORE.WRITE_ONLY', `the archives of ${store.ref} cannot be listed or restored from here`, {
    why: `the crane "${store.crane}" only writes`,
    hint: 'use the crane image itself, or its own tool, to restore',
  })
}

function found<Part>(kind: string, id: string, part: Part | undefined): Part {
  if (part !== undefined) return part
  throw new SalvageError('BACKEND.MISSING', `no backend here has the ${kind} "${id}"`, {
    hint: 'start with the configuration that made the plan or the interrupted run',
  })
}

/** Where dumps are staged. Throws `BACKEND.MISSING`. */
export function stagingOf({ staging }: Rig): string {
  if (staging !== undefined) return staging
  throw new SalvageError('BACKEND.MISSING', 'there is no place here in which a dump can be staged', {
    hint: 'start with the configuration that made the plan',
  })
}
