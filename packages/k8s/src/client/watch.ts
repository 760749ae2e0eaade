import type { Readable } from 'node:stream'
import type { CallOptions } from '@salvage-kit/core'
import { failedCall } from '../error.ts'
import type { ResourceKind } from '../resource/kind.ts'
import type { Call } from './call.ts'
import type { ListScope, ResourceEvent } from './cluster.ts'
import { openStream, send } from './exchange.ts'
import { refusal } from './failure.ts'
import type { Line } from './line.ts'
import { linesOf } from './lines.ts'
import { listCall } from './list.ts'
import { delayOf, pause } from './pace.ts'
import { checked, listedResource, parsed, readAnswer } from './read.ts'
import { Bookmark, Page, Status, WatchLine } from './schema.ts'

/** The server ends a watch then, cleanly; it would do so by itself after 30 to 60 minutes. */
const WATCH_SECONDS = 290
/** Bookmarks come each minute: a watch that is silent for longer hangs on a dead connection. */
const SILENCE_MS = 90_000
/** A watch that ended sooner is not opened again at once. */
const SOON_MS = 1_000

/**
 * The changes of a scope from now on, without a gap: each new connection goes on from the last event or bookmark. Where the
 * server has forgotten that place, events may have been missed: `K8S.EXPIRED`, and the reader lists anew.
 */
export async function* watch(
  line: Line,
  kind: ResourceKind,
  scope: ListScope,
  options: CallOptions,
): AsyncIterable<ResourceEvent | 'ready'> {
  const place: Place = { version: await versionOf(line, listCall(kind, scope), options) }
  let short = 0
  for (let first = true; ; first = false) {
    const call = watchCall(kind, scope, place)
    const body = await openStream(line, call, { ...options, silenceMs: SILENCE_MS })
    if (first) yield 'ready'
    const began = performance.now()
    try {
      yield* events(body, { line, kind, call, place }, options)
    } finally {
      body.destroy()
    }
    short = performance.now() - began < SOON_MS ? short + 1 : 0
    if (short > 0) await pause(delayOf(short, undefined, Math.random()), options.signal)
  }
}

interface Place {
  version: string
}

/** The place that is now. */
async function versionOf(line: Line, call: Call, options: CallOptions): Promise<string> {
  const text = await send(line, { ...call, query: { ...call.query, limit: '1' } }, options)
  const { resourceVersion } = readAnswer(Page, text, call).metadata
  if (resourceVersion === undefined)
    throw failedCall('K8S.ANSWER', call, 'the answer is not what the API says', { why: 'a list without a version' })
  return resourceVersion
}

function watchCall(kind: ResourceKind, scope: ListScope, { version }: Place): Call {
  const { query, ...call } = listCall(kind, scope)
  return {
    ...call,
    verb: 'watch',
    query: {
      ...query,
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: version,
      timeoutSeconds: String(WATCH_SECONDS),
    },
  }
}

interface Watched {
  readonly line: Line
  readonly kind: ResourceKind
  readonly call: Call
  readonly place: Place
}

/** What one connection tells, until it ends in whatever way: the next one goes on from `place`. */
async function* events(
  body: Readable,
  { line, kind, call, place }: Watched,
  { signal }: CallOptions,
): AsyncIterable<ResourceEvent> {
  for await (const text of untilCut(line, linesOf(body), signal)) {
    if (text === '') continue
    const { type, object } = checked(WatchLine, parsed(text, call), call)
    if (type === 'ERROR') {
      const said = checked(Status, object, call)
      const status = said.code ?? 500
      if (status === 429 || status >= 500) return
      throw refusal(call, status, JSON.stringify(object))
    }
    if (type === 'BOOKMARK') {
      place.version = checked(Bookmark, object, call).metadata.resourceVersion
      continue
    }
    const changed = listedResource(object, kind, call)
    place.version = changed.metadata.resourceVersion ?? place.version
    yield { type, object: changed }
  }
}

/** Whole lines only: a cut may leave half of one, which comes again on the next connection. */
async function* untilCut(line: Line, lines: AsyncIterable<string>, signal: AbortSignal): AsyncIterable<string> {
  try {
    yield* lines
  } catch {
    signal.throwIfAborted()
    line.lost()
  }
}
