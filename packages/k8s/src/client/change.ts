import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Json } from '@salvage-kit/core'
import type { ResourceKind } from '../resource/kind.ts'
import type { Manifest, Resource } from '../resource/resource.ts'
import type { Answer, Call } from './call.ts'
import type { ObjectName, Patch } from './cluster.ts'
import { exchange, send } from './exchange.ts'
import { objectMissing, readStatus, refusal } from './failure.ts'
import type { Line } from './line.ts'
import { pathOf, subjectOf } from './path.ts'
import { readResource } from './read.ts'

/** Who changes objects, as the API notes it of each field. */
const MANAGER = 'salvage-kit'

/** One object; undefined when there is none. */
export async function get(
  line: Line,
  kind: ResourceKind,
  at: ObjectName,
  options: CallOptions,
): Promise<Resource | undefined> {
  const call: Call = { ...one(kind, at), verb: 'get', method: 'GET', repeatable: true }
  return unlessMissing(async () => readResource(await send(line, call, options), call))
}

/** Server-side apply. Fields that another manager has are taken over. */
export async function apply(
  line: Line,
  kind: ResourceKind,
  manifest: Manifest,
  options: CallOptions,
): Promise<Resource> {
  const call: Call = {
    ...one(kind, manifest.metadata),
    verb: 'patch',
    method: 'PATCH',
    query: { fieldManager: MANAGER, force: 'true' },
    body: manifest,
    contentType: 'application/apply-patch+yaml',
    repeatable: true,
  }
  return readResource(await send(line, call, options), call)
}

/** Changes one object; undefined when there is none. */
export async function patch(
  line: Line,
  kind: ResourceKind,
  at: ObjectName & { readonly subresource?: string },
  change: Patch,
  options: CallOptions,
): Promise<Resource | undefined> {
  const call: Call = {
    ...one(kind, at),
    verb: 'patch',
    method: 'PATCH',
    query: { fieldManager: MANAGER },
    body: change.body,
    contentType: `application/${change.type}-patch+json`,
    repeatable: change.type === 'merge' && !readsVersion(change.body),
  }
  const { status, text } = await exchange(line, call, options)
  if (status < 300) return readResource(text, call)
  if (objectMissing(status, readStatus(text))) return undefined
  throw refusal(call, notAsRead(change, status, text) ? 409 : status, text)
}

/** The part of a call that says which object it is about. */
export function one(
  kind: ResourceKind,
  { namespace, name, subresource }: Partial<ObjectName> & { readonly subresource?: string },
): Pick<Call, 'path' | 'subject'> {
  const place = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  }
  return { path: pathOf(kind, place), subject: subjectOf(kind, place) }
}

/** Done once, a change of one reading would be refused the second time. */
function readsVersion(body: Json): boolean {
  return JSON.stringify(body).includes('"resourceVersion"')
}

/** A JSON patch that tests something and does not fit is "invalid" to the server, which names no field then. */
function notAsRead({ type, body }: Patch, status: Answer['status'], text: string): boolean {
  return (
    type === 'json' &&
    status === 422 &&
    body.some(({ op }) => op === 'test') &&
    (readStatus(text).details?.causes ?? []).length === 0
  )
}

async function unlessMissing(work: () => Promise<Resource>): Promise<Resource | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isSalvageError(error) && error.code === 'K8S.NOT_FOUND') return undefined
    throw error
  }
}
