import type { JsonPatchOperation, Patch } from '../client/cluster.ts'

/** Labels and what they are to be; `null`: gone. */
export type LabelChange = { readonly [key: string]: string | null }

/** What is to be changed so that the labels of `wanted` are as it says; `undefined`: gone. Labels that it does not name stay. */
export function changeOf(
  labels: { readonly [key: string]: string },
  wanted: { readonly [key: string]: string | undefined },
): LabelChange {
  const change: { [key: string]: string | null } = {}
  for (const [key, value] of Object.entries(wanted)) if (labels[key] !== value) change[key] = value ?? null
  return change
}

/** The labels after a change. */
export function changed(
  labels: { readonly [key: string]: string },
  change: LabelChange,
): { readonly [key: string]: string } {
  const after: { [key: string]: string } = { ...labels }
  for (const [key, value] of Object.entries(change))
    if (value === null) delete after[key]
    else after[key] = value
  return after
}

/** A patch that changes labels of this very object, and only while all of its labels are as they were read. */
export function labelPatch(
  { uid, labels }: { readonly uid: string; readonly labels: { readonly [key: string]: string } },
  change: LabelChange,
): Patch {
  const body: JsonPatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/metadata/labels', value: labels },
  ]
  for (const [key, value] of Object.entries(change)) {
    const path = `/metadata/labels/${pointer(key)}`
    if (value !== null) body.push({ op: 'add', path, value })
    else if (labels[key] !== undefined) body.push({ op: 'remove', path })
  }
  return { type: 'json', body }
}

/** A step of a JSON pointer (RFC 6901). */
function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
