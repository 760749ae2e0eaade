import { CRANE_ACTIONS, isSalvageError, parseDuration } from '@salvage-kit/core'
import { z } from 'zod'
import type { JobCraneSettings } from './settings.ts'
import { placeFault } from './settings-of.ts'

/** A store of crane Jobs as a configuration says it, read. */
export interface JobStoreEntry {
  readonly kind: 'job'
  /** Where its archives are listed, checked and removed; absent: the namespace of the cluster's context. */
  readonly namespace?: string
  readonly crane: JobCraneSettings
}

const Image = z.string().regex(/^[^\s\p{Cc}]+$/u, 'it is not an image reference such as ghcr.io/me/crane:1.2')
const Label = z.string().regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, 'it is not the name of a namespace')
const ObjectName = z
  .string()
  .regex(/^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/, 'it is not a name that a cluster takes: a-z, 0-9, "-" and "."')
const Key = z
  .string()
  .regex(/^[-._a-zA-Z0-9]{1,253}$/, 'it is not a key of a Secret: letters, digits, "-", "_" and "."')
const Variable = z.string().regex(/^[A-Za-z_][-.\w]*$/, 'it is not the name of an environment variable')
const Value = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .refine((text) => !text.includes('\0'), 'it holds a NUL')
const FileName = z.string().regex(/^(?!\.{1,2}$)[\w.-]{1,64}$/, 'it is not a name of letters, digits, "_", "." and "-"')
const Quantity = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine(
    (text) => /^\d+(?:\.\d+)?(?:[EPTGMk]|[EPTGMK]i|m|e\d+)?$/.test(text),
    'it is not a quantity such as 500m or 1Gi',
  )
const Quantities = z.record(z.string().min(1), Quantity)
const Id = z.int().min(0).max(2_147_483_647)
const Uid = Id.min(1, 'user 0 is root: write user: root')

const Duration = z
  .string()
  .describe('a span of time such as 90s, 30m, 1h or 7d')
  .transform((text, context) => {
    try {
      const ms = parseDuration(text)
      if (ms > 0) return ms
      context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is no time at all`, input: text })
    } catch (error) {
      if (!isSalvageError(error)) throw error
      context.addIssue({ code: 'custom', message: error.message, input: text })
    }
    return z.NEVER
  })

const SecretKey = z.strictObject({
  secret: ObjectName.describe('the name of a Secret of the namespace in which the Job runs'),
  key: Key.describe('a key of it'),
})

const User = z.union([
  z.literal('root'),
  z.strictObject({
    uid: Uid,
    gid: Id.exactOptional().describe('default: the same number'),
    groups: z.array(Id).exactOptional().describe('further groups, to read files of theirs'),
    fsGroup: Id.exactOptional().describe('the group that mounted volumes are given, also the claim that is filled'),
  }),
])

/**
 * `stores: NAME: {kind: job, …}` of a configuration file. Unknown keys are errors. What has secrets is named, never said: the
 * values of `env` stand in the Job for everybody who may read Jobs.
 */
export const JobStoreConfig: z.ZodType<JobStoreEntry> = z
  .strictObject({
    kind: z.literal('job').describe('a crane image that is run as Jobs of the cluster'),
    image: Image.describe('an image reference such as ghcr.io/me/crane:1.2'),
    pull: z.enum(['missing', 'always', 'never']).exactOptional().describe('when a node pulls it; default: missing'),
    pullSecrets: z.array(ObjectName).exactOptional().describe('Secrets by which it is pulled'),
    actions: z
      .array(z.enum(CRANE_ACTIONS))
      .exactOptional()
      .describe(
        'repeats the label salvage.crane.actions of the image; absent: version 1, whose archives are only written',
      ),
    deduplicates: z.boolean().exactOptional().describe('repeats the label salvage.crane.deduplicates of the image'),
    namespace: Label.exactOptional().describe(
      'where archives are listed, checked and removed; default: the namespace of the context',
    ),
    env: z.record(Variable, Value).exactOptional().describe('readable for everybody who may read Jobs'),
    envSecrets: z.record(Variable, SecretKey).exactOptional().describe('variable to key of a Secret'),
    secrets: z
      .record(FileName, SecretKey)
      .exactOptional()
      .describe('name to key of a Secret: the crane finds its content at /run/secrets/NAME'),
    mounts: z.record(ObjectName, z.string()).exactOptional().describe('claim of the namespace to path in the crane'),
    scratch: z.array(z.string()).exactOptional().describe('paths of empty directories to write in, such as /tmp'),
    user: User.exactOptional().describe('root, or {uid, gid, groups, fsGroup}; default: user 65532 without rights'),
    resources: z
      .strictObject({ requests: Quantities.exactOptional(), limits: Quantities.exactOptional() })
      .exactOptional()
      .describe('as in a pod: {requests: {memory: 256Mi}, limits: {memory: 1Gi}}'),
    nodeSelector: z.record(z.string().min(1), z.string()).exactOptional().describe('labels of the nodes it may run on'),
    timeout: Duration.exactOptional().describe('how long one action may take; default: 1d'),
    startTimeout: Duration.exactOptional().describe(
      'how long it may wait for a node, its volumes and its image; default: 5m',
    ),
    grace: Duration.exactOptional().describe('how long it has to end when a run is aborted; default: 10s'),
  })
  .superRefine(({ actions, deduplicates, mounts = {}, scratch = [] }, context) => {
    const complain = (path: Path, message: string, input: unknown): void =>
      context.addIssue({ code: 'custom', path: [...path], message, input })
    if (actions?.includes('lift') === false) complain(['actions'], 'a crane that cannot lift is none', actions)
    if (actions === undefined && deduplicates !== undefined)
      complain(['deduplicates'], 'it says nothing without actions', deduplicates)
    const places: readonly (readonly [Path, string])[] = [
      ...Object.entries(mounts).map(([claim, path]) => [['mounts', claim], path] as const),
      ...scratch.map((path, index) => [['scratch', index], path] as const),
    ]
    const paths = places.map(([, path]) => path)
    for (const [index, [at, path]] of places.entries()) {
      const fault = placeFault(paths, index)
      if (fault !== undefined) complain(at, `nothing can be mounted at ${JSON.stringify(path)}: ${fault}`, path)
    }
  })
  .transform(({ kind, namespace, pull, actions, deduplicates, timeout, startTimeout, grace, ...rest }) => ({
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    crane: {
      ...rest,
      ...(pull === undefined ? {} : { pull: PULL[pull] }),
      ...(actions === undefined
        ? {}
        : { contract2: { actions, ...(deduplicates === undefined ? {} : { deduplicates }) } }),
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      ...(startTimeout === undefined ? {} : { startMs: startTimeout }),
      ...(grace === undefined ? {} : { graceMs: grace }),
    },
  }))

type Path = readonly (string | number)[]

const PULL = { missing: 'IfNotPresent', always: 'Always', never: 'Never' } as const
