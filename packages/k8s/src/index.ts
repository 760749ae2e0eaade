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
export { runScript } from './exec/run/run-script.ts'
export type { ScriptResult } from './exec/run/run-script.ts'
export { streamScript } from './exec/run/stream-script.ts'
export type { StreamedScript } from './exec/run/stream-script.ts'
export type { PodPlace, PodScript, ScriptEnd } from './exec/run/pod-script.ts'
export { holdInPod } from './exec/hold/hold-in-pod.ts'
export type { HeldInPod, Released } from './exec/hold/hold-in-pod.ts'
export type { HoldScripts } from './exec/hold/hold-script.ts'
export { thawedElsewhere } from './exec/hold/thawed-elsewhere.ts'
