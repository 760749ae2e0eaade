import { deadline } from '@salvage-kit/core'
import { pieces } from './body.ts'
import type { LogChunk, LogOptions } from '../engine.ts'
import { frames } from './frames.ts'
import type { Requester } from './request.ts'
import { late, segment } from './request.ts'

/** See `DockerEngine.logs`. */
export async function* engineLogs(
  requests: Requester,
  address: string,
  container: string,
  { follow, lastLines, limitMs, signal }: LogOptions,
): AsyncIterable<LogChunk> {
  const what = `read the output of container ${container}`
  using limit = deadline(limitMs, signal, late(what, limitMs))
  const query = { stdout: '1', stderr: '1', follow: follow ? '1' : '0', tail: String(lastLines ?? 'all') }
  const path = `/containers/${segment(container)}/logs`
  const body = await requests.open({ what, method: 'GET', path, query }, limit.signal)
  yield* frames(pieces(body, what, address, limit.signal))
}
