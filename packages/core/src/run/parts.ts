import type { ArchiveStore, Crane } from '../crane/crane.ts'
import type { Store } from '../crane/store.ts'
import type { Effect } from '../effect/effect.ts'
import { SalvageError } from '../error.ts'
import type { Quiescer } from '../quiesce/quiescer.ts'
import type { Rig } from '../rig.ts'
import type { Snapshotter } from '../snapshot/snapshotter.ts'
import type { Provisioner } from '../target/provisioner.ts'

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

/** The way back of a backend's own verb. Throws `BACKEND.MISSING`. */
export function effectOf(rig: Rig, id: string): Effect {
  return found(
    'effect',
    id,
    rig.backends.flatMap((backend) => backend.effects ?? []).find((one) => one.id === id),
  )
}

/** The archives of a store. Throws `BACKEND.MISSING`, or `STORE.WRITE_ONLY` when its crane cannot read them. */
export function archivesOf(rig: Rig, store: Store): ArchiveStore {
  const { archives } = craneOf(rig, store)
  if (archives !== undefined) return archives
  throw writeOnly(store)
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
