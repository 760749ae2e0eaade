import { createHash } from 'node:crypto'
import { below, webAddress } from '../address.ts'
import { clipBytes } from '../clip.ts'
import type { News } from '../news.ts'
import type { Notifier, Secret } from '../notifier.ts'
import { textOf, titleOf } from '../text.ts'

/** A check of healthchecks.io, or of one's own server. */
export interface HealthchecksSettings {
  /** The ping address, without `/start` or `/fail`. */
  readonly url: Secret
}

// https://healthchecks.io/docs/attaching_logs/: the first 100 kB are kept.
const BODY_BYTES = 100_000

/**
 * A ping by https://healthchecks.io/docs/http_api/. A run that is good only in part is a failure; what is about one
 * target alone, and a test, goes into the log of the check and changes nothing.
 */
export function healthchecks({ url }: HealthchecksSettings): Notifier {
  return async (news, reading) => {
    const base = webAddress(await reading.secret(url))
    const path = endpoint(news)
    const address = path === undefined ? base : below(base, path)
    const runId = news.event === 'test' ? undefined : news.runId
    if (runId !== undefined) address.searchParams.set('rid', uuidOf(runId))
    return {
      kind: 'http',
      method: 'POST',
      url: address.href,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: clipBytes(`${titleOf(news)}\n\n${textOf(news)}\n`, BODY_BYTES),
    }
  }
}

function endpoint({ event }: News): string | undefined {
  switch (event) {
    case 'success':
      return undefined
    case 'start':
      return 'start'
    case 'partial':
    case 'failure':
      return 'fail'
    case 'volumeSuccess':
    case 'volumeFailure':
    case 'test':
      return 'log'
  }
}

/** The service takes UUIDs alone; the same run has always the same (RFC 9562, version 8). */
function uuidOf(runId: string): string {
  const hash = createHash('sha256').update(`salvage-kit run ${runId}`).digest('hex')
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-')
}
