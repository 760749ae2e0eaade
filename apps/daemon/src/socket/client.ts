import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { deadline, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { away, silent } from '../error.ts'
import { failedAnswer, followedLine, statusAnswer, triggerAnswer } from '../status-schema.ts'
import type { FollowedLine, Status } from '../status-schema.ts'

/** A status takes some reads of the catalog; who is silent for so long hangs. */
const STATUS_MS = 20_000

/** Asks the daemon for its status. Rejects with `DAEMON.AWAY`, `DAEMON.ANSWER`, and `DAEMON.SILENT` after `patienceMs`. */
export async function askStatus(
  socket: string,
  { signal, patienceMs = STATUS_MS }: CallOptions & { readonly patienceMs?: number },
): Promise<Status> {
  using limit = deadline(patienceMs, signal, silent(socket, patienceMs))
  const answer = await ask(socket, 'GET', '/status', limit.signal)
  const read = statusAnswer.safeParse(JSON.parse(await text(answer)))
  if (!read.success) throw strange(read.error)
  return read.data
}

/** Has a tide run by the daemon and gives the id of the run. Rejects with what keeps it from that, and as {@link askStatus}. */
export async function triggerTide(socket: string, tide: string, { signal }: CallOptions): Promise<string> {
  const answer = await ask(socket, 'POST', pathOf(tide), signal)
  const read = triggerAnswer.safeParse(JSON.parse(await text(answer)))
  if (!read.success) throw strange(read.error)
  return read.data.runId
}

/** The same, and gives what happens, line by line; the last one is `tide.ended`. Who stops reading ends nothing. */
export async function* followTide(
  socket: string,
  tide: string,
  { signal }: CallOptions,
): AsyncGenerator<FollowedLine, void, void> {
  const answer = await ask(socket, 'POST', `${pathOf(tide)}?follow=1`, signal)
  for await (const line of createInterface({ input: answer, signal })) {
    const read = followedLine.safeParse(JSON.parse(line))
    if (!read.success) throw strange(read.error)
    yield read.data
  }
}

function pathOf(tide: string): string {
  return `/tides/${encodeURIComponent(tide)}/run`
}

async function ask(socketPath: string, method: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const asked = request({ socketPath, method, path, signal }, resolve)
  asked.once('error', (error) => reject(signal.aborted ? signal.reason : away(socketPath, error)))
  asked.end()
  const answer = await promise
  if ((answer.statusCode ?? 0) < 400) return answer
  const failure = failedAnswer.safeParse(JSON.parse(await text(answer)))
  if (!failure.success) throw strange(failure.error)
  const { code, message, ...more } = failure.data.error
  throw new SalvageError(code, message, more)
}

function strange(cause: Error): SalvageError {
  return new SalvageError('DAEMON.ANSWER', 'the daemon answers with something else than was asked for', {
    why: 'it is of another version, or something else listens there',
    hint: 'restart the daemon with this version',
    cause,
  })
}
