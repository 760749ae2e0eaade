import type { Backend } from '../../src/backend.ts'
import type { Crane } from '../../src/crane/crane.ts'
import type { Quiescer } from '../../src/quiesce/quiescer.ts'
import type { Keeper } from '../../src/snapshot/keeper.ts'
import type { Snapshotter } from '../../src/snapshot/snapshotter.ts'
import type { World } from './world.ts'

/** The rig of a world with something of its backend replaced. */
export function changed(there: World, change: (backend: Backend) => Partial<Backend>): World['rig'] {
  return { ...there.rig, backends: there.rig.backends.map((backend) => ({ ...backend, ...change(backend) })) }
}

/** With verbs of one quiescer replaced. */
export function withQuiescer(there: World, id: string, change: (own: Quiescer) => Partial<Quiescer>): World['rig'] {
  return changed(there, ({ quiescers = [] }) => ({
    quiescers: quiescers.map((one) => (one.id === id ? { ...one, ...change(one) } : one)),
  }))
}

/** With verbs of the crane replaced. */
export function withCrane(there: World, change: (own: Crane) => Partial<Crane>): World['rig'] {
  return changed(there, ({ cranes = [] }) => ({ cranes: cranes.map((one) => ({ ...one, ...change(one) })) }))
}

/** With verbs of the snapshotter replaced. */
export function withSnapshotter(there: World, change: (own: Snapshotter) => Partial<Snapshotter>): World['rig'] {
  return changed(there, ({ snapshotters = [] }) => ({
    snapshotters: snapshotters.map((one) => ({ ...one, ...change(one) })),
  }))
}

/** With verbs of its keeper replaced. */
export function withKeeper(there: World, change: (own: Keeper) => Partial<Keeper>): World['rig'] {
  return withSnapshotter(there, ({ keeps }) => (keeps === undefined ? {} : { keeps: { ...keeps, ...change(keeps) } }))
}

/** A call that does not listen to its signal: it goes on until it is let go. */
export function gate(): { readonly shut: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { shut: promise, open: resolve }
}
