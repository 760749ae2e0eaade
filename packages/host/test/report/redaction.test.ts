import { createRedactor } from '@salvage-kit/core'
import { makeNotifier } from '@salvage-kit/notify'
import type { News, NotifierSettings } from '@salvage-kit/notify'
import { array, assert, asyncProperty, constantFrom, string, stringMatching } from 'fast-check'
import { expect, test } from 'vitest'
import { redactedNews } from '../../src/report/redacted-news.ts'

const url = { value: 'https://example.org/x' }
const KINDS: readonly NotifierSettings[] = [
  { kind: 'discord', url },
  { kind: 'webhook', url },
  { kind: 'ntfy', url },
  { kind: 'gotify', url, token: url },
  { kind: 'slack', url },
  { kind: 'matrix', url, room: '!r:x', token: url },
  { kind: 'healthchecks', url },
  { kind: 'email', host: 'h', from: 'a@x', to: ['b@x'] },
]

/** Text of the outside in every place of a report where it can stand. */
function newsWith(text: string): readonly News[] {
  const finding = { code: 'A.B', message: text, why: text, hint: text }
  const common = { machine: 'm', tide: 'nightly', at: '2026-11-21T03:00:00.000Z', runId: 'r1' }
  const report = {
    version: 1,
    runId: 'r1',
    kind: 'run',
    tide: 'nightly',
    startedAt: common.at,
    endedAt: common.at,
    outcome: 'failed',
    aborted: false,
    groups: [
      {
        id: 'g1',
        tainted: text,
        findings: [finding],
        targets: [{ target: 'docker:a', outcome: 'failed', findings: [finding] }],
      },
    ],
    skipped: [{ target: 'docker:b', finding }],
    stuck: [{ what: text, runId: 'r0', attempts: 1, failure: finding }],
    warnings: [finding],
  } as const
  return [
    { ...common, event: 'failure', durationMs: 1, report },
    { ...common, event: 'failure', durationMs: 1, failure: finding },
    { ...common, event: 'volumeFailure', target: 'docker:a', crane: 'c', durationMs: 1, failure: finding },
  ]
}

test('no body of any kind holds a secret, wherever it was said and however the body is cut', async () => {
  const secret = stringMatching(/^[A-Za-z0-9+/="\\ é]{8,40}$/).filter((text) => text.trim().length >= 8)
  await assert(
    asyncProperty(
      secret,
      array(string({ maxLength: 20 }), { minLength: 2, maxLength: 4 }),
      constantFrom(0, 900, 2980, 4080, 59_990),
      constantFrom(...KINDS),
      async (value, around, before, settings) => {
        const redactor = createRedactor()
        redactor.add(value)
        const text = `${'x'.repeat(before)}${around.join(value)}`
        for (const news of newsWith(text)) {
          const notifier = makeNotifier(settings)
          const reading = { secret: async () => url.value, text: async () => '' }
          const message = await notifier(redactedNews(news, redactor), reading)
          const body = message.kind === 'mail' ? message.subject + message.text : (message.body ?? '')
          expect(body).not.toContain(value)
          expect(body).not.toContain(JSON.stringify(value).slice(1, -1))
        }
      },
    ),
    { numRuns: 200 },
  )
})
