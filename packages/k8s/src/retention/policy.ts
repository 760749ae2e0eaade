import { deadline, errorText, isSalvageError, SalvageError, type CallOptions, type Finding } from '@salvage-kit/core'
import { z } from 'zod'
import type { Cluster, JsonPatchOperation } from '../client/cluster.ts'
import { OWN } from '../label/key.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'

const contentSpec = z.looseObject({
  deletionPolicy: z.enum(['Delete', 'Retain']),
  volumeSnapshotRef: z.looseObject({
    namespace: z.string().optional(),
    name: z.string().optional(),
    uid: z.string().optional(),
  }),
})

const LABEL = `/metadata/labels/${OWN.policyWas.replace('/', '~1')}`
const UNDO_MS = 20_000
/** Fewer contents are looked at one by one: a cluster may have thousands of others. */
const FEW = 8

/** What was told to a content. */
export interface FreedStorage {
  /** Has a clock of its own, and never throws: what cannot be put back is put back by the next pruning. */
  readonly putBack: () => Promise<void>
}

/** Contents by their names, as they were a while ago. */
export type Contents = ReadonlyMap<string, Resource>

/** All contents: one request for each of many removals is spared. Those that are left out are looked at one by one. */
export async function contentsNamed(
  cluster: Cluster,
  names: ReadonlySet<string>,
  options: CallOptions,
): Promise<Contents> {
  const contents = new Map<string, Resource>()
  if (names.size < FEW) return contents
  for await (const content of cluster.list(KINDS.volumeSnapshotContent, {}, options))
    // One that was told already is put back by somebody, or is not.
    if (names.has(content.metadata.name) && content.metadata.labels?.[OWN.policyWas] === undefined)
      contents.set(content.metadata.name, content)
  return contents
}

/**
 * Tells the content of a snapshot that is about to be removed to free its storage: its deletionPolicy becomes `Delete`, and what
 * it was is written on it. Undefined when nothing has to be told. Rejects with `RETENTION.FOREIGN_CONTENT` when the content is
 * not that of this snapshot.
 */
export async function freeStorage(
  cluster: Cluster,
  { namespace, name, uid, content }: Pick<KeptSnapshot, 'namespace' | 'name' | 'uid' | 'content'>,
  { signal, seen }: CallOptions & { readonly seen?: Contents },
): Promise<FreedStorage | undefined> {
  if (content === undefined) return undefined
  const options = { signal }
  const known = seen?.get(content)
  const found = known ?? (await cluster.get(KINDS.volumeSnapshotContent, { name: content }, options))
  if (found === undefined) return undefined
  try {
    return await free(cluster, found, { namespace, name, uid }, options)
  } catch (error) {
    const isOld = isSalvageError(error) && (error.code === 'K8S.CONFLICT' || error.code === 'RETENTION.FOREIGN_CONTENT')
    if (known === undefined || !isOld) throw error
  }
  return freeStorage(cluster, { namespace, name, uid, content }, options)
}

async function free(
  cluster: Cluster,
  found: Resource,
  { namespace, name, uid }: Pick<KeptSnapshot, 'namespace' | 'name' | 'uid'>,
  options: CallOptions,
): Promise<FreedStorage | undefined> {
  const content = found.metadata.name
  const { deletionPolicy, volumeSnapshotRef: ref } = contentSpec.parse(found.spec)
  if (ref.namespace !== namespace || ref.name !== name || (ref.uid !== undefined && ref.uid !== '' && ref.uid !== uid))
    throw new SalvageError(
      'RETENTION.FOREIGN_CONTENT',
      `snapshot ${namespace}/${name} says that its content is ${content}, which belongs to ${ref.namespace ?? ''}/${ref.name ?? ''}`,
      { hint: 'look at both by hand; neither is removed' },
    )
  if (deletionPolicy === 'Delete') return undefined
  const at = { name: content }
  const label: JsonPatchOperation =
    found.metadata.labels === undefined
      ? { op: 'add', path: '/metadata/labels', value: { [OWN.policyWas]: deletionPolicy } }
      : { op: 'add', path: LABEL, value: deletionPolicy }
  const tests: readonly JsonPatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: found.metadata.uid ?? '' },
    { op: 'test', path: '/metadata/resourceVersion', value: found.metadata.resourceVersion ?? '' },
  ]
  const body = [...tests, label, { op: 'replace' as const, path: '/spec/deletionPolicy', value: 'Delete' }]
  await cluster.patch(KINDS.volumeSnapshotContent, at, { type: 'json', body }, options)
  return {
    async putBack() {
      using own = deadline(UNDO_MS)
      try {
        await putPolicyBack(cluster, found.metadata, { namespace, name }, { signal: own.signal })
      } catch {
        // Its label stands: the next pruning finds it.
      }
    },
  }
}

/**
 * Puts back what runs that died in the middle of removals told to contents: of snapshots that stand, and are not about to be
 * removed now. Gives what could not be put back.
 */
export async function restorePolicies(
  cluster: Cluster,
  toGo: ReadonlySet<string>,
  options: CallOptions,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const scope = { labelSelector: OWN.policyWas }
  for await (const content of cluster.list(KINDS.volumeSnapshotContent, scope, options)) {
    const ref = contentSpec.safeParse(content.spec).data?.volumeSnapshotRef
    if (ref?.namespace === undefined || ref.name === undefined || toGo.has(ref.uid ?? '')) continue
    try {
      await putPolicyBack(cluster, content.metadata, { namespace: ref.namespace, name: ref.name }, options)
    } catch (error) {
      options.signal.throwIfAborted()
      findings.push({
        code: 'RETENTION.POLICY_LEFT',
        message: `content ${content.metadata.name} still has the deletionPolicy Delete: ${errorText(error)}`,
        hint: `set it to ${content.metadata.labels?.[OWN.policyWas] ?? 'Retain'} by hand, or prune again`,
      })
    }
  }
  return findings
}

/** Only while its snapshot stands: what is being removed is to free its storage. */
async function putPolicyBack(
  cluster: Cluster,
  { name, uid = '' }: Resource['metadata'],
  snapshot: { readonly namespace: string; readonly name: string },
  options: CallOptions,
): Promise<void> {
  const standing = await cluster.get(KINDS.volumeSnapshot, snapshot, options)
  if (standing === undefined || standing.metadata.deletionTimestamp !== undefined) return
  const body: readonly JsonPatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: LABEL, value: 'Retain' },
    { op: 'remove', path: LABEL },
    { op: 'replace', path: '/spec/deletionPolicy', value: 'Retain' },
  ]
  await cluster.patch(KINDS.volumeSnapshotContent, { name }, { type: 'json', body }, options)
}
