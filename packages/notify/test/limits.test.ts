import { array, assert, asyncProperty, constantFrom, property, record, string } from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import { clip, clipBytes, clipList } from '../src/clip.ts'
import { discordBody } from '../src/kind/discord-body.ts'
import { makeNotifier } from '../src/make-notifier.ts'
import type { NotifierSettings } from '../src/make-notifier.ts'
import type { News } from '../src/news.ts'
import type { Reading } from '../src/notifier.ts'
import { ended, finding, runReport, targetReport, volume } from './samples.ts'

const reading: Reading = {
  secret: async (secret) => ('file' in secret ? '' : secret.value),
  text: async () => '',
}
/** Short and long, plain and hard: what needs escapes, what takes four bytes, what lies in two halves. */
const hard = constantFrom('x', '`', '```', '"\\', '\n', '😀', 'é', '<&>', ' ', '\u0001', '\ud83d')
const text: Arbitrary<string> = record({
  part: hard,
  more: string({ unit: 'binary', maxLength: 50 }),
  times: constantFrom(1, 3, 80, 1000, 5000, 120_000),
}).map(({ part, more, times }) => `${more}${part.repeat(Math.ceil(times / part.length))}`)
const news: Arbitrary<News> = record({
  machine: text,
  name: text,
  names: array(text, { maxLength: 5 }),
  many: constantFrom(0, 1, 30, 600),
  message: text,
}).chain(({ machine, name, names, many, message }) => {
  const volumes = [...names, ...Array.from({ length: many }, (_, at) => `volume-${String(at)}`)]
  const failures = volumes.map((one) => targetReport(one, finding(message.slice(0, 2000), message.slice(0, 500))))
  return constantFrom<News>(
    { ...volume(name), machine, crane: name },
    { ...volume(name, finding(message)), machine, crane: name },
    { ...ended('success', runReport(volumes.map((one) => targetReport(one)))), machine, tide: name },
    { ...ended('failure', runReport(failures)), machine, tide: name },
    { event: 'start', machine, tide: name, runId: 'r', at: '2026-11-21T03:00:00.000Z' },
    { event: 'test', machine, at: '2026-11-21T03:00:00.000Z' },
  )
})
const url = { value: 'https://example.org/x' }
const body = async (settings: NotifierSettings, one: News): Promise<string> => {
  const message = await makeNotifier(settings)(one, reading)
  if (message.kind === 'mail') return message.subject
  return message.body ?? ''
}

test('no body for Discord is beyond its limits', () => {
  assert(
    property(news, (one) => {
      const { username, embeds } = discordBody(one)
      const [{ title, description = '', fields, footer }] = embeds
      expect(username.length).toBeLessThanOrEqual(80)
      expect(title.length).toBeLessThanOrEqual(256)
      expect(description.length).toBeLessThanOrEqual(4096)
      expect(fields.length).toBeLessThanOrEqual(25)
      expect(footer.text.length).toBeLessThanOrEqual(2048)
      for (const { value } of fields) {
        expect(value.length).toBeLessThanOrEqual(1024)
        expect(value).not.toBe('')
      }
      const texts = [title, description, footer.text, ...fields.flatMap(({ name, value }) => [name, value])]
      expect(texts.join('').length).toBeLessThanOrEqual(6000)
      expect(username).not.toMatch(/discord|clyde/i)
    }),
    { numRuns: 150 },
  )
})

test.each<[NotifierSettings['kind'], NotifierSettings, number]>([
  ['ntfy', { kind: 'ntfy', url }, 8192],
  ['gotify', { kind: 'gotify', url, token: url }, 500_000],
  ['slack', { kind: 'slack', url }, 40_000],
  ['matrix', { kind: 'matrix', url, room: '!r:x', token: url }, 65_536],
  ['healthchecks', { kind: 'healthchecks', url }, 100_000],
  ['email', { kind: 'email', host: 'h', from: 'a@x', to: ['b@x'] }, 800],
])('no body for %s is beyond its limit', async (_kind, settings, bytes) => {
  await assert(
    asyncProperty(news, async (one) => {
      expect(Buffer.byteLength(await body(settings, one))).toBeLessThanOrEqual(bytes)
    }),
    { numRuns: 30 },
  )
})

test('the message of ntfy, the text of Slack, and the message of Gotify have limits of their own', async () => {
  await assert(
    asyncProperty(news, async (one) => {
      const ntfy: { message: string } = JSON.parse(await body({ kind: 'ntfy', url }, one))
      expect(Buffer.byteLength(ntfy.message)).toBeLessThanOrEqual(4096)
      const slack: { text: string } = JSON.parse(await body({ kind: 'slack', url }, one))
      expect(slack.text.length).toBeLessThanOrEqual(4000)
      const gotify: { message: string } = JSON.parse(await body({ kind: 'gotify', url, token: url }, one))
      expect(Buffer.byteLength(gotify.message)).toBeLessThanOrEqual(65_535)
    }),
    { numRuns: 30 },
  )
})

test('a cut text is as long as it may be and has no half of a character', () => {
  assert(
    property(string({ unit: 'grapheme' }), constantFrom(4, 5, 9, 20), (whole, max) => {
      const cut = clip(whole, max)
      expect(cut.length).toBeLessThanOrEqual(max)
      expect(cut.isWellFormed()).toBe(true)
      if (whole.length > max) expect(cut.length).toBeGreaterThanOrEqual(max - 1)
      else expect(cut).toBe(whole)
      const bytes = clipBytes(whole, max)
      expect(Buffer.byteLength(bytes)).toBeLessThanOrEqual(max)
      expect(bytes).not.toContain('\ufffd')
    }),
  )
})

test('a list that is cut says how many more there are', () => {
  expect(clipList([], 20, 'None')).toBe('None')
  expect(clipList(['a', 'b'], 20, 'None')).toBe('a, b')
  expect(clipList(['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd'], 30, 'None')).toBe('aaaaaaaa, bbbbbbbb, … 2 more')
  expect(clipList(['x'.repeat(50), 'y'], 30, 'None')).toBe('… 2 more')
})
