import { formatElapsed, formatFinding, formatReport } from '@salvage-kit/core'
import type { News } from './news.ts'
import { volumeName } from './reasons.ts'

/** News on one short line, for a subject or a title. */
export function titleOf(news: News): string {
  const on = ` on ${news.machine}`
  switch (news.event) {
    case 'test':
      return `Test${on}`
    case 'start':
      return `Tide ${news.tide} has begun${on}`
    case 'success':
      return `Tide ${news.tide} completed${on}`
    case 'partial':
      return `Tide ${news.tide} completed only in part${on}`
    case 'failure':
      return `Tide ${news.tide} failed${on}`
    case 'volumeSuccess':
      return `Volume ${volumeName(news.target)} backed up${on}`
    case 'volumeFailure':
      return `Volume ${volumeName(news.target)} failed${on}`
  }
}

/** News in full, for people, without the title. */
export function textOf(news: News): string {
  switch (news.event) {
    case 'test':
      return 'Reports of salvage-kit arrive here.'
    case 'start':
      return `run ${news.runId}`
    case 'success':
    case 'partial':
    case 'failure':
      if (news.report !== undefined) return formatReport(news.report)
      return news.failure === undefined ? 'no reason was given' : formatFinding(news.failure)
    case 'volumeSuccess':
    case 'volumeFailure': {
      const took = `tide ${news.tide}, crane ${news.crane}, after ${formatElapsed(news.durationMs)}`
      return news.failure === undefined ? took : `${formatFinding(news.failure)}\n${took}`
    }
  }
}

/** Whether news are about something that went wrong. */
export function isBad({ event }: News): boolean {
  return event === 'failure' || event === 'partial' || event === 'volumeFailure'
}
