import type { Crane } from './crane/crane.ts'
import type { Quiescer } from './quiesce/quiescer.ts'
import type { Snapshotter } from './snapshot/snapshotter.ts'
import type { Discovery } from './target/discovery.ts'
import type { Provisioner } from './target/provisioner.ts'

/** A platform. Every member is optional ability: what a platform cannot do is absent. */
export interface Backend {
  readonly id: string
  readonly discovery?: Discovery
  readonly quiescers?: readonly Quiescer[]
  readonly snapshotters?: readonly Snapshotter[]
  readonly cranes?: readonly Crane[]
  readonly provisioners?: readonly Provisioner[]
}
