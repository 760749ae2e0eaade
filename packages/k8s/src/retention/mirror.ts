import { findingOf, formatElapsed, type CallOptions, type Finding } from '@salvage-kit/core'
import { z } from 'zod'
import type { Cluster, JsonPatchOperation } from '../client/cluster.ts'
import { isMark, KEY, OWN } from '../label/key.ts'
import { changeOf, type LabelChange } from '../label/label-change.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { eachAtMost } from './pool.ts'

/** Which snapshots are mirrored, and how. */
export interface MirrorOptions extends CallOptions {
  readonly now: Date
  /** Absent: of all namespaces. Contents are of the whole cluster in either case. */
  readonly namespaces?: readonly string[]
  /** Requests at a time. Default: 16. */
  readonly width?: number
}

/** What came of it. */
export interface MirrorReport {
  /** Contents that now say what their snapshots say, and did not before. */
  readonly changed: number
  readonly same: number
  /** Not bound, and young enough to be so. */
  readonly unbound: number
  /** What could not be mirrored. */
  readonly findings: readonly Finding[]
}

const WIDTH = 16
/** After that a snapshot that is not bound is told. */
const UNBOUND_MS = 86_400_000

const status = z.looseObject({ boundVolumeSnapshotContentName: z.string().optional() })
const contentSpec = z.looseObject({ volumeSnapshotRef: z.looseObject({ uid: z.string().optional() }) })

/** Labels of contents that are not those of their snapshots. */
const OF_CONTENTS: ReadonlySet<string> = new Set([OWN.policyWas, OWN.reboundFrom])

/**
 * Makes contents say what their snapshots say: labels and annotations of backup-ns and our own, also those that are gone, so
 * that a snapshot can be bound again with them after its namespace was lost. Nothing else on the contents is touched. What is not
 * bound yet is passed over, and told once it is a day old; a failure ends nothing but its own snapshot.
 *
 * Rejects with the cluster's error when snapshots or contents cannot be listed.
 */
export async function mirrorMarks(
  cluster: Cluster,
  { signal, now, namespaces, width = WIDTH }: MirrorOptions,
): Promise<MirrorReport> {
  signal.throwIfAborted()
  const contents = new Map<string, Resource>()
  for await (const content of cluster.list(KINDS.volumeSnapshotContent, {}, { signal }))
    contents.set(content.metadata.name, { ...content, status: null })
  const report = { changed: 0, same: 0, unbound: 0 }
  const findings: Finding[] = []
  for (const namespace of namespaces ?? [undefined]) {
    const scope = { ...(namespace === undefined ? {} : { namespace }), labelSelector: KEY.type }
    const list = await Array.fromAsync(cluster.list(KINDS.volumeSnapshot, scope, { signal }))
    await eachAtMost(width, list, async (snapshot) => {
      const bound = status.safeParse(snapshot.status).data?.boundVolumeSnapshotContentName
      const age = now.getTime() - Date.parse(snapshot.metadata.creationTimestamp ?? '')
      const where = `${snapshot.metadata.namespace ?? ''}/${snapshot.metadata.name}`
      if (bound === undefined) {
        if (age > UNBOUND_MS) findings.push(unbound(where, age))
        else report.unbound += 1
        return
      }
      try {
        const content = contents.get(bound)
        const uid = contentSpec.safeParse(content?.spec).data?.volumeSnapshotRef.uid
        if (content === undefined || uid !== snapshot.metadata.uid) findings.push(foreign(where, bound))
        else report[(await mirror(cluster, snapshot, content, { signal })) ? 'changed' : 'same'] += 1
      } catch (error) {
        signal.throwIfAborted()
        findings.push(findingOf(error))
      }
    })
  }
  return { ...report, findings }
}

async function mirror(
  cluster: Cluster,
  { metadata: from }: Resource,
  { metadata: to }: Resource,
  options: CallOptions,
): Promise<boolean> {
  const body: JsonPatchOperation[] = []
  for (const part of ['labels', 'annotations'] as const) {
    const present = to[part]
    const change = changeOf(present ?? {}, wantedOf(from[part] ?? {}, present ?? {}))
    body.push(...partPatch(part, present, change))
  }
  if (body.length === 0) return false
  const test: JsonPatchOperation = { op: 'test', path: '/metadata/uid', value: to.uid ?? '' }
  await cluster.patch(KINDS.volumeSnapshotContent, { name: to.name }, { type: 'json', body: [test, ...body] }, options)
  return true
}

function isOurs(key: string): boolean {
  return isMark(key) && !OF_CONTENTS.has(key)
}

function wantedOf(
  from: { readonly [key: string]: string },
  to: { readonly [key: string]: string },
): { readonly [key: string]: string | undefined } {
  return Object.fromEntries([
    ...Object.keys(to).flatMap((key) => (isOurs(key) ? [[key, undefined]] : [])),
    ...Object.entries(from).filter(([key]) => isOurs(key)),
  ])
}

function partPatch(
  part: 'labels' | 'annotations',
  present: { readonly [key: string]: string } | undefined,
  change: LabelChange,
): readonly JsonPatchOperation[] {
  const steps = Object.entries(change).map(([key, value]): JsonPatchOperation => {
    const path = `/metadata/${part}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    return value === null ? { op: 'remove', path } : { op: 'add', path, value }
  })
  if (steps.length === 0 || present !== undefined) return steps
  return [{ op: 'add', path: `/metadata/${part}`, value: {} }, ...steps]
}

function unbound(where: string, age: number): Finding {
  return {
    code: 'MIRROR.UNBOUND',
    message: `snapshot ${where} has no content after ${formatElapsed(age)}`,
    hint: 'look at its events; delete it when it is of no use',
  }
}

function foreign(where: string, content: string): Finding {
  return {
    code: 'MIRROR.FOREIGN_CONTENT',
    message: `snapshot ${where} says that its content is ${content}, which is gone or belongs to another one`,
  }
}
