import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeNotifier } from '../src/make-notifier.ts'
import type { NotifierSettings } from '../src/make-notifier.ts'
import type { News } from '../src/news.ts'
import type { HttpMessage, Reading } from '../src/notifier.ts'
import { ended, finding, refused, runReport, samples, targetReport, volume } from './samples.ts'

const reading: Reading = {
  secret: async (secret) => ('file' in secret ? `content of ${secret.file}` : secret.value),
  text: async (file) => `text of ${file}`,
}
const URL_ = { value: 'https://example.org/base/' }
const failed = ended('failure', runReport([targetReport('b', finding('exit code 1'))]))

async function http(settings: NotifierSettings, news: News): Promise<HttpMessage & { readonly json: unknown }> {
  const message = await makeNotifier(settings)(news, reading)
  if (message.kind !== 'http') throw new Error('no request')
  const json: unknown =
    message.headers['content-type'] === 'application/json' ? JSON.parse(message.body ?? '') : undefined
  return { ...message, json }
}

test('GET of a label says nothing but that it happened', async () => {
  const message = await http({ kind: 'salvage', url: URL_, method: 'GET' }, failed)
  expect(message).toEqual({ kind: 'http', method: 'GET', url: 'https://example.org/base/', headers: {} })
})

test('a web hook gets the news as they are, versioned, signed, with headers of its own', async () => {
  const message = await http(
    {
      kind: 'webhook',
      url: URL_,
      secret: { value: 'key' },
      headers: { 'X-Team': { value: 'a' }, Authorization: { file: '/f' } },
    },
    failed,
  )
  expect(message.json).toEqual({ version: 1, ...failed })
  expect(message.headers).toEqual({
    'content-type': 'application/json',
    'x-team': 'a',
    authorization: 'content of /f',
    'x-salvage-signature': `sha256=${createHmac('sha256', 'key')
      .update(message.body ?? '')
      .digest('hex')}`,
  })
})

/** Programs read these: a key that changes or goes needs a new version. */
test.each(samples.map((news) => [news.event, news] as const))(
  'the keys of a web hook about %s',
  async (event, news) => {
    const { json } = await http({ kind: 'webhook', url: URL_ }, news)
    const keys: Readonly<Record<string, readonly string[]>> = {
      test: ['version', 'event', 'machine', 'at'],
      start: ['version', 'event', 'machine', 'tide', 'runId', 'at'],
      volumeSuccess: ['version', 'event', 'machine', 'tide', 'at', 'runId', 'target', 'crane', 'durationMs'],
      volumeFailure: ['version', 'event', 'machine', 'tide', 'at', 'runId', 'target', 'crane', 'durationMs', 'failure'],
    }
    const end = ['version', 'event', 'machine', 'tide', 'at', 'durationMs']
    const expected = keys[event] ?? (news === refused ? [...end, 'failure'] : [...end, 'runId', 'report'])
    expect(Object.keys(Object(json)).toSorted()).toEqual(expected.toSorted())
  },
)

test('ntfy is asked in JSON at its root, and a failure is urgent', async () => {
  const message = await http(
    { kind: 'ntfy', url: { value: 'https://ntfy.example.org/sub/my%20topic' }, token: { value: 'tk' } },
    failed,
  )
  expect(message).toMatchObject({
    method: 'POST',
    url: 'https://ntfy.example.org/sub/',
    headers: { authorization: 'Bearer tk' },
  })
  expect(message.json).toMatchObject({ topic: 'my topic', title: 'Tide nightly failed on host1', priority: 4 })
  const good = await http({ kind: 'ntfy', url: { value: 'https://ntfy.sh/t' } }, volume('data'))
  expect(good.headers).toEqual({ 'content-type': 'application/json' })
  expect(good.json).toMatchObject({ priority: 3, message: 'tide nightly, crane borg, after 1m2s' })
})

test('an address of ntfy without a topic is refused without repeating it', async () => {
  const sending = http({ kind: 'ntfy', url: { value: 'https://user:secret@ntfy.example.org/' } }, failed)
  await expect(sending).rejects.toMatchObject({ code: 'REPORT.ADDRESS' })
  await expect(sending).rejects.not.toThrow(/secret/)
})

test('Gotify', async () => {
  const message = await http({ kind: 'gotify', url: URL_, token: { file: '/t' } }, failed)
  expect(message).toMatchObject({
    url: 'https://example.org/base/message',
    headers: { 'x-gotify-key': 'content of /t' },
    json: {
      title: 'Tide nightly failed on host1',
      priority: 8,
      extras: { 'client::display': { contentType: 'text/plain' } },
    },
  })
})

test('Slack gets its three characters escaped, in a block that the text cannot leave', async () => {
  const message = await http({ kind: 'slack', url: URL_ }, volume('data', finding('a <b> & ```c')))
  expect(message.json).toEqual({
    text: "*Volume data failed on host1*\n```\na &lt;b&gt; &amp; '''c [CRANE.FAILED]\ntide nightly, crane borg, after 1m2s\n```",
  })
})

test('Matrix: the same news have the same transaction', async () => {
  const settings: NotifierSettings = { kind: 'matrix', url: URL_, room: '!r/1:example.org', token: { value: 'tk' } }
  const message = await http(settings, failed)
  expect(message.method).toBe('PUT')
  expect(message.url).toMatch(
    /^https:\/\/example\.org\/base\/_matrix\/client\/v3\/rooms\/!r%2F1%3Aexample\.org\/send\/m\.room\.message\/[0-9a-f]{32}$/,
  )
  expect(message.headers['authorization']).toBe('Bearer tk')
  expect(message.json).toMatchObject({ msgtype: 'm.notice' })
  expect((await http(settings, failed)).url).toBe(message.url)
  expect((await http(settings, volume('data'))).url).not.toBe(message.url)
})

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}'

test.each([
  ['test', '/log$'],
  ['start', `/start\\?rid=${UUID}$`],
  ['success', `/base\\?rid=${UUID}$`],
  ['partial', `/fail\\?rid=${UUID}$`],
  ['failure', `/fail\\?rid=${UUID}$`],
  ['volumeFailure', `/log\\?rid=${UUID}$`],
])('healthchecks is told of %s at %s', async (event, path) => {
  const news = samples.find((one) => one.event === event)
  if (news === undefined) throw new Error(event)
  const message = await http({ kind: 'healthchecks', url: { value: 'https://example.org/base' } }, news)
  expect(message.url).toMatch(new RegExp(path, 'v'))
  expect(message.headers).toEqual({ 'content-type': 'text/plain; charset=utf-8' })
})

test('healthchecks: start and end of a run share their id, what was refused has none, and a query stays', async () => {
  const url = { value: 'https://example.org/x?create=1' }
  const ids = await Promise.all(
    samples
      .filter(({ event }) => event === 'start' || event === 'success')
      .map(async (news) => new URL((await http({ kind: 'healthchecks', url }, news)).url).searchParams.get('rid')),
  )
  expect(new Set(ids).size).toBe(1)
  expect((await http({ kind: 'healthchecks', url }, refused)).url).toBe('https://example.org/x/fail?create=1')
})

test('the authorities of a service are read from their file', async () => {
  expect(await http({ kind: 'slack', url: URL_, caFile: '/ca.pem' }, failed)).toMatchObject({ ca: 'text of /ca.pem' })
})

test.each(['ftp://example.org/x', 'example.org/x', 'https://exa mple.org', ''])('%s is no address', async (value) => {
  await expect(http({ kind: 'slack', url: { value } }, failed)).rejects.toMatchObject({ code: 'REPORT.ADDRESS' })
})
