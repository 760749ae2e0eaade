import { deadline } from '@salvage-kit/core'
import { pieces } from './body.ts'
import type { LongCallOptions } from '../engine.ts'
import { late, segment } from './request.ts'
import type { Requester } from './request.ts'

/** See `DockerEngine.readArchive`. */
export async function* readContainerArchive(
  requests: Requester,
  address: string,
  container: string,
  path: string,
  { limitMs, signal }: LongCallOptions,
): AsyncIterable<Uint8Array> {
  const what = `read ${path} of container ${container}`
  using limit = deadline(limitMs, signal, late(what, limitMs))
  const request = { what, method: 'GET', path: `/containers/${segment(container)}/archive`, query: { path } } as const
  const body = await requests.open(request, limit.signal)
  yield* pieces(body, what, address, limit.signal)
}
