import type { CallOptions } from '@salvage-kit/core'
import { KINDS } from '../resource/kind.ts'
import type { Call } from './call.ts'
import type { Cluster } from './cluster.ts'
import { openStream } from './exchange.ts'
import type { Line } from './line.ts'
import { linesOf } from './lines.ts'
import { lost, unreachable } from './lost.ts'
import { pathOf, subjectOf } from './path.ts'

/**
 * The lines of a log. It ends when the container does, also when the server or the node ends it early: whether the program
 * ended is for the pod to say. A connection that breaks is `K8S.UNREACHABLE`.
 */
export async function* log(
  line: Line,
  { namespace, pod, container, follow = false }: Parameters<Cluster['log']>[0],
  options: CallOptions,
): AsyncIterable<string> {
  const place = { namespace, name: pod, subresource: 'log' }
  const call: Call = {
    verb: 'get',
    subject: subjectOf(KINDS.pod, place),
    method: 'GET',
    path: pathOf(KINDS.pod, place),
    query: { container, ...(follow ? { follow: 'true' } : {}) },
    accept: '*/*',
    repeatable: true,
  }
  const silenceMs = follow ? 0 : line.answerTimeoutMs
  const body = await openStream(line, call, { ...options, silenceMs })
  try {
    yield* linesOf(body)
  } catch (error) {
    options.signal.throwIfAborted()
    throw unreachable(call, line.server, lost(error), true)
  } finally {
    body.destroy()
  }
}
