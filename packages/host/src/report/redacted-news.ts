import type { Redactor } from '@salvage-kit/core'
import type { News } from '@salvage-kit/notify'

/** Words of ours, times and ids, which no secret may change. */
const OURS = new Set(['event', 'outcome', 'state', 'kind', 'code', 'at', 'startedAt', 'endedAt', 'takenAt', 'runId'])

/** The news with every known secret masked, in whatever text of theirs it stands. */
export function redactedNews(news: News, redactor: Redactor): News {
  const masked: News = JSON.parse(
    JSON.stringify(news, (key, value: unknown) =>
      typeof value === 'string' && !OURS.has(key) ? redactor.redact(value) : value,
    ),
  )
  return masked
}
