export { apiVersionOf, KINDS } from './resource/kind.ts'
export type { ResourceKind } from './resource/kind.ts'
export type { Manifest, Metadata, OwnerReference, Resource } from './resource/resource.ts'
export type {
  Cluster,
  ListScope,
  MetadataOnly,
  ObjectName,
  Patch,
  Permission,
  ResourceEvent,
} from './client/cluster.ts'
export type { ExecEnd, ExecRequest, ExecSession } from './client/exec-session.ts'
