import { randomUUID } from 'node:crypto'
import type { CallOptions } from '@salvage-kit/core'
import type { ResourceKind } from '../resource/kind.ts'
import type { Manifest, Resource } from '../resource/resource.ts'
import type { Call } from './call.ts'
import { get, one } from './change.ts'
import { exchange } from './exchange.ts'
import { readStatus, refusal } from './failure.ts'
import type { Line } from './line.ts'
import { pause } from './pace.ts'
import { readResource } from './read.ts'

/** An annotation that tells the object of one call from all others of its name. */
const REQUEST_ANNOTATION = 'salvage-kit.io/request'

const MOST_QUOTA_RACES = 5
const QUOTA_RACE_MS = 100

/**
 * Makes an object. A creation that was cut is sent again; when the name is taken then, the annotation says whether by this
 * call itself. Rejects with `K8S.EXISTS`.
 */
export async function create(
  line: Line,
  kind: ResourceKind,
  manifest: Manifest,
  options: CallOptions,
): Promise<Resource> {
  const { name, namespace } = manifest.metadata
  const request = randomUUID()
  const annotations = { ...manifest.metadata.annotations, [REQUEST_ANNOTATION]: request }
  const call: Call = {
    path: one(kind, namespace === undefined ? {} : { namespace }).path,
    subject: one(kind, manifest.metadata).subject,
    verb: 'create',
    method: 'POST',
    query: { fieldManager: 'salvage-kit' },
    body: { ...manifest, metadata: { ...manifest.metadata, annotations } },
    repeatable: true,
  }
  for (let race = 0; ; race += 1) {
    const { status, text, repeated } = await exchange(line, call, options)
    if (status < 300) return readResource(text, call)
    const { reason, details } = readStatus(text)
    if (status === 409 && reason === 'AlreadyExists' && repeated) {
      const there = await get(line, kind, namespace === undefined ? { name } : { namespace, name }, options)
      if (there?.metadata.annotations?.[REQUEST_ANNOTATION] === request) return there
    }
    // Two creations at once met at the count of a quota; the server leaves it to its clients to try again.
    const quotaRace = status === 409 && details?.kind === 'resourcequotas' && race < MOST_QUOTA_RACES
    if (!quotaRace) throw refusal(call, status, text)
    await pause(QUOTA_RACE_MS * (race + Math.random()), options.signal)
  }
}
