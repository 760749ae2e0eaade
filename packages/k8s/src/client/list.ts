import type { CallOptions } from '@salvage-kit/core'
import type { ResourceKind } from '../resource/kind.ts'
import type { Metadata, Resource } from '../resource/resource.ts'
import type { Call } from './call.ts'
import type { ListScope, MetadataOnly } from './cluster.ts'
import { exchangeBytes } from './exchange.ts'
import { readStatus, refusal } from './failure.ts'
import type { Line } from './line.ts'
import { pathOf, subjectOf } from './path.ts'
import { listedMetadata, listedResource, parsed, readAnswer } from './read.ts'
import { Page } from './schema.ts'
import { splitList } from './split-list.ts'

const PAGE_SIZE = 500
/** Objects without their bodies; `v=v1`: the server refuses `v=1`. */
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

/** The objects of a kind, page by page. */
export async function* list(
  line: Line,
  kind: ResourceKind,
  scope: ListScope,
  options: CallOptions,
): AsyncIterable<Resource> {
  const call = listCall(kind, scope)
  yield* onceEach(pages(line, call, options), (item) => listedResource(item, kind, call))
}

/** As `list`, of the metadata. */
export async function* listMetadata(
  line: Line,
  kind: ResourceKind,
  scope: ListScope,
  options: CallOptions,
): AsyncIterable<MetadataOnly> {
  const call = { ...listCall(kind, scope), accept: METADATA }
  yield* onceEach(pages(line, call, options), (item) => listedMetadata(item, call))
}

/** The call for all objects of a scope. */
export function listCall(kind: ResourceKind, { namespace, labelSelector, fieldSelector }: ListScope): Call {
  const place = namespace === undefined ? {} : { namespace }
  return {
    verb: 'list',
    subject: subjectOf(kind, place),
    method: 'GET',
    path: pathOf(kind, place),
    query: { labelSelector, fieldSelector },
    repeatable: true,
  }
}

/** A list that begins anew tells the first ones again. */
async function* onceEach<Of extends { readonly metadata: Metadata }>(
  items: AsyncIterable<unknown>,
  read: (item: unknown) => Of,
): AsyncIterable<Of> {
  const told = new Set<string>()
  for await (const item of items) {
    const object = read(item)
    const { uid, namespace, name } = object.metadata
    const id = uid ?? `${namespace ?? ''}/${name}`
    if (told.has(id)) continue
    told.add(id)
    yield object
  }
}

/**
 * What all pages hold. A page that comes too late (410) goes on from the place that the server offers then, with the objects
 * of now; where it offers none the list begins anew.
 */
async function* pages(line: Line, call: Call, options: CallOptions): AsyncIterable<unknown> {
  let next: string | undefined
  do {
    const paged = { ...call, query: { ...call.query, limit: String(PAGE_SIZE), continue: next } }
    const { status, body } = await exchangeBytes(line, paged, options)
    if (status === 410 && next !== undefined) {
      const offered = readStatus(body.toString()).metadata?.continue
      next = offered === undefined || offered === '' || offered === next ? undefined : offered
      if (next !== undefined) continue
      yield* pages(line, call, options)
      return
    }
    if (status >= 300) throw refusal(call, status, body.toString())
    const split = splitList(body)
    const page = readAnswer(Page, split?.rest ?? body.toString(), call)
    if (split === undefined) yield* page.items
    else for (const item of split.items) yield parsed(item, call)
    next = page.metadata.continue === '' ? undefined : page.metadata.continue
  } while (next !== undefined)
}
