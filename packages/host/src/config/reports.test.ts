import { expect, test } from 'vitest'
import { parseConfig } from './parse-config.ts'
import { shownConfig } from './shown-config.ts'

const ALL = `
reports:
  chat: { kind: discord, url: https://discord.example/api/webhooks/1/s3cret, on: [failure, volumeFailure] }
  own: { kind: webhook, urlFile: /etc/s/url, secretFile: /etc/s/key, headers: { X-A: s3cret }, headerFiles: { X-B: /etc/s/b } }
  phone: { kind: ntfy, url: https://ntfy.example/s3cret, token: s3cret }
  server: { kind: gotify, url: https://gotify.example/s3cret, tokenFile: /etc/s/gotify }
  team: { kind: slack, url: https://slack.example/s3cret, caFile: /etc/s/ca.pem }
  room: { kind: matrix, url: https://matrix.example, room: "!a:matrix.example", token: s3cret }
  mail: { kind: email, host: mail.example, tls: tls, user: me, password: s3cret, from: a@b.example, to: [c@d.example] }
  check: { kind: healthchecks, url: https://hc.example/s3cret }
tides:
  a: { cron: "@daily", reports: [chat, mail], heartbeat: https://hc.example/s3cret }
  b: { reports: [], heartbeat: { urlFile: /etc/s/hc } }
`

test('all kinds of reports are read, and shown without what may be a secret', async () => {
  const { config, problems } = parseConfig(ALL)
  expect(problems).toEqual([])
  if (config === undefined) return
  expect(config.reports?.['chat']).toEqual({
    kind: 'discord',
    url: 'https://discord.example/api/webhooks/1/s3cret',
    on: ['failure', 'volumeFailure'],
  })
  const { yaml, value } = await shownConfig(config)
  expect(yaml + JSON.stringify(value)).not.toContain('s3cret')
  expect(yaml).toContain('/etc/s/hc')
  expect(yaml).toContain('mail.example')
})

test.each([
  [
    'an unknown name',
    'reports: { chat: { kind: slack, url: "https://x" } }\ntides: { a: { reports: [chta] } }',
    '2:25 tides.a.reports.0',
    /no reports "chta"/,
    /"chat"/,
  ],
  [
    'a name although there are none',
    'tides: { a: { reports: [chat] } }',
    '1:25 tides.a.reports.0',
    /no reports "chat"/,
    /under reports:/,
  ],
  [
    'an unknown kind',
    'reports: { x: { kind: discrod, url: "https://x" } }',
    '1:23 reports.x.kind',
    /"discrod" is not one of .*discord.*email/,
    /"discord"/,
  ],
  ['no kind', 'reports: { x: { url: "https://x" } }', '1:15 reports.x.kind', /is missing/, /(?:)/],
  [
    'an unknown event',
    'reports: { x: { kind: slack, url: "https://x", on: [sucess] } }',
    '1:53 reports.x.on.0',
    /"sucess"/,
    /"success"/,
  ],
  [
    'no event at all',
    'reports: { x: { kind: slack, url: "https://x", on: [] } }',
    '1:52 reports.x.on',
    /empty/,
    /(?:)/,
  ],
  ['no address', 'reports: { x: { kind: slack } }', '1:15 reports.x', /url is missing/, /urlFile/],
  [
    'two addresses',
    'reports: { x: { kind: slack, url: "https://x", urlFile: /u } }',
    '1:57 reports.x.urlFile',
    /both/,
    /keep one/,
  ],
  [
    'no token for Gotify',
    'reports: { x: { kind: gotify, url: "https://x" } }',
    '1:15 reports.x',
    /token is missing/,
    /tokenFile/,
  ],
  [
    'a user without a password',
    'reports: { x: { kind: email, host: h, user: u, from: a@b, to: [c@d] } }',
    '1:15 reports.x',
    /password is missing/,
    /passwordFile/,
  ],
  [
    'a password without a user',
    'reports: { x: { kind: email, host: h, password: u, from: a@b, to: [c@d] } }',
    '1:15 reports.x',
    /no user/,
    /name the user/,
  ],
  [
    'a token of another kind',
    'reports: { x: { kind: slack, url: "https://x", token: t } }',
    '1:48 reports.x.token',
    /unknown key "token"/,
    /(?:)/,
  ],
  [
    'a heartbeat that is no address',
    'tides: { a: { heartbeat: hc.example/s3cret } }',
    '1:26 tides.a.heartbeat',
    /no web address/,
    /(?:)/,
  ],
  [
    'a heartbeat without an address',
    'tides: { a: { heartbeat: {} } }',
    '1:26 tides.a.heartbeat',
    /url is missing/,
    /(?:)/,
  ],
  [
    'an address with a blank',
    'reports: { x: { kind: slack, url: "https://x/s3cret y" } }',
    '1:35 reports.x.url',
    /no web address/,
    /(?:)/,
  ],
  [
    'a recipient that is none',
    'reports: { x: { kind: email, host: h, from: a@b, to: [me] } }',
    '1:55 reports.x.to.0',
    /no mail address/,
    /(?:)/,
  ],
  [
    'a header with a line break',
    'reports: { x: { kind: webhook, url: "https://x", headers: { X-A: "a\\nb" } } }',
    '1:66 reports.x.headers.X-A',
    /line break/,
    /(?:)/,
  ],
  [
    'a relative file',
    'reports: { x: { kind: slack, urlFile: u } }',
    '1:39 reports.x.urlFile',
    /not an absolute path/,
    /(?:)/,
  ],
])('%s', (_what, text, place, message, hint) => {
  const [problem, ...more] = parseConfig(text).problems
  expect(more).toEqual([])
  expect(`${String(problem?.line)}:${String(problem?.column)} ${problem?.path ?? ''}`).toBe(place)
  expect(problem?.message).toMatch(message)
  expect(problem?.hint ?? '').toMatch(hint)
  expect(JSON.stringify(problem)).not.toContain('s3cret')
})
