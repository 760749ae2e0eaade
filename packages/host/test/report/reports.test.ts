import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRedactor, SalvageError } from '@salvage-kit/core'
import type { RunEvent } from '@salvage-kit/core'
import { command, temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { checkReports } from '../../src/report/check-reports.ts'
import { openReports } from '../../src/report/reports.ts'
import type { Reports } from '../../src/report/reports.ts'
import { testReport } from '../../src/report/test-report.ts'
import { loopback, status } from './loopback.ts'
import type { Loopback } from './loopback.ts'

const redactor = createRedactor()
const BRIEF = { tries: 2, tryMs: 500, totalMs: 1500, backoffMs: 10 }

const placeInFile = (path: readonly (string | number)[]): string => `file:${path.join('.')}`

function open(config: Config, more: { readonly tide?: string } = {}): Reports {
  const loaded = { config, placeOf: (path: readonly (string | number)[]) => path.join('.') }
  return openReports({ loaded, tide: 'nightly', machine: 'm', redactor, patience: BRIEF, ...more })
}

const RUN: readonly RunEvent[] = [
  { type: 'run.started', runId: 'r1', kind: 'run', groups: 1, targets: 2 },
  { type: 'target.failed', target: 'docker:a', finding: { code: 'CRANE.FAILED', message: 'exit code 1' } },
  { type: 'target.failed', target: 'docker:b', finding: { code: 'CRANE.FAILED', message: 'exit code 1' } },
  {
    type: 'run.finished',
    report: {
      version: 1,
      runId: 'r1',
      kind: 'run',
      tide: 'nightly',
      startedAt: '2026-11-21T03:00:00.000Z',
      endedAt: '2026-11-21T03:00:42.000Z',
      outcome: 'failed',
      aborted: false,
      groups: [],
      skipped: [],
      stuck: [],
      warnings: [],
    },
  },
]
const play = (reports: Reports): void => {
  for (const event of RUN) reports.report(event)
}
const paths = ({ arrived }: Loopback): readonly string[] => arrived.map(({ path }) => path.replace(/\?.*/, ''))

test('labels and configuration are both told, in order, each what it wants', async () => {
  await using server = await loopback(status(200))
  const reports = open({
    reports: {
      hook: { kind: 'webhook', url: `${server.url}/hook`, on: ['start', 'failure'] },
      quiet: { kind: 'slack', url: `${server.url}/quiet`, on: ['success'] },
    },
    tides: { nightly: { heartbeat: `${server.url}/beat` } },
  })
  const [first, ...rest] = RUN
  if (first !== undefined) reports.report(first)
  // The labels come late; what happened before is theirs too.
  reports.labels({
    reports: {
      nightly: {
        method: 'POST',
        tideSuccess: `${server.url}/tide-success`,
        tideFailure: `${server.url}/tide-failure`,
        volumeFailure: `${server.url}/volume-failure`,
        heartbeat: `${server.url}/label-beat`,
      },
      other: { method: 'POST', tideFailure: `${server.url}/other` },
    },
  })
  for (const event of rest) reports.report(event)
  expect(await reports.settled()).toEqual([])
  const all = paths(server)
  expect(all.toSorted()).toEqual(
    [
      '/beat/fail',
      '/beat/start',
      '/hook',
      '/hook',
      '/label-beat/fail',
      '/label-beat/start',
      '/tide-failure',
      '/volume-failure',
      '/volume-failure',
    ].toSorted(),
  )
  expect(all.indexOf('/beat/start')).toBeLessThan(all.indexOf('/beat/fail'))
  const events = server.arrived.filter(({ path }) => path === '/hook').map(({ body }): unknown => JSON.parse(body))
  expect(events).toMatchObject([{ event: 'start' }, { event: 'failure', durationMs: 42_000 }])
})

test.each<[string, Config['tides'], readonly string[]]>([
  ['all without names', { nightly: {} }, ['/a', '/b']],
  ['all of a tide that only labels know', {}, ['/a', '/b']],
  ['those that are named', { nightly: { reports: ['b', 'b'] } }, ['/b']],
  ['none', { nightly: { reports: [] } }, []],
])('%s', async (_what, tides, expected) => {
  await using server = await loopback(status(200))
  const entry = (path: string) => ({ kind: 'slack', url: server.url + path }) as const
  const reports = open({ reports: { a: entry('/a'), b: entry('/b') }, ...(tides === undefined ? {} : { tides }) })
  play(reports)
  await reports.settled()
  expect(paths(server).toSorted()).toEqual(expected)
})

test('a run that is refused is a failure with its reason, known before anything is open', async () => {
  await using server = await loopback(status(200))
  const reports = open({ reports: { a: { kind: 'discord', url: server.url } } })
  reports.refused(new SalvageError('TIDE.CONFLICT', 'two places disagree on cron', { why: 'here and there' }))
  expect(await reports.settled()).toEqual([])
  expect(server.arrived[0]?.body).toContain('two places disagree on cron (here and there)')
})

test('one that does not answer loses its volumes, not the others, and is told once', async () => {
  await using dead = await loopback(() => undefined)
  await using good = await loopback(status(200))
  const on = ['volumeFailure', 'failure'] as const
  const reports = open({
    reports: {
      dead: { kind: 'slack', url: `${dead.url}/s3cret-path`, on },
      good: { kind: 'slack', url: good.url, on },
    },
  })
  const before = performance.now()
  play(reports)
  // Told at once: whoever tells waits for nobody.
  expect(performance.now() - before).toBeLessThan(1000)
  await expect.poll(() => good.arrived.length).toBe(3)
  const [finding, ...more] = await reports.settled()
  expect(more).toEqual([])
  expect(finding).toMatchObject({ code: 'REPORT.FAILED', message: 'dead: 3 reports were not delivered' })
  expect(finding?.why).toMatch(/^127\.0\.0\.1:\d+ did not answer within/)
  expect(JSON.stringify(finding)).not.toContain('s3cret')
  // The second volume was not tried, the end of the run was.
  expect(dead.arrived.some(({ body }) => body.includes('Volume a'))).toBe(true)
  expect(dead.arrived.some(({ body }) => body.includes('Volume b'))).toBe(false)
  expect(dead.arrived.some(({ body }) => body.includes('Tide nightly'))).toBe(true)
})

test('one that refuses is asked for each', async () => {
  await using server = await loopback(status(404))
  const reports = open({ reports: { a: { kind: 'slack', url: server.url, on: ['volumeFailure', 'failure'] } } })
  play(reports)
  expect(await reports.settled()).toMatchObject([
    { code: 'REPORT.FAILED', why: expect.stringContaining('answered 404') },
  ])
  expect(server.arrived).toHaveLength(3)
})

test('a secret of a file is read when it is needed, and what is secret is in no body', async () => {
  using folder = temporaryDirectory()
  await using server = await loopback(status(200))
  const file = join(folder.path, 'token')
  const reports = open({
    reports: { a: { kind: 'ntfy', url: `${server.url}/topic`, tokenFile: file }, b: { kind: 'slack', urlFile: file } },
  })
  writeFileSync(file, `${server.url}/t0ken-of-the-file\n`)
  reports.refused(new Error(`could not use t0ken-of-the-file and ${server.url}/t0ken-of-the-file`))
  expect(await reports.settled()).toEqual([])
  expect(server.arrived).toHaveLength(2)
  expect(server.arrived.map(({ body }) => body).join('')).not.toContain('t0ken')
  expect(server.arrived.map(({ body }) => body).join('')).toContain('could not use ***')
})

test('a file that cannot be read is a finding when it is sent and when it is checked', async () => {
  using folder = temporaryDirectory()
  const fifo = join(folder.path, 'fifo')
  await command('mkfifo', [fifo])
  const empty = join(folder.path, 'empty')
  writeFileSync(empty, '\n')
  const config: Config = {
    reports: {
      a: { kind: 'slack', urlFile: join(folder.path, 'missing') },
      b: { kind: 'slack', urlFile: fifo },
      c: { kind: 'slack', urlFile: empty },
      d: { kind: 'webhook', url: 'https://x.invalid', headerFiles: { 'X-A': folder.path } },
    },
    tides: { nightly: { heartbeat: { urlFile: join(folder.path, 'gone') } } },
  }
  expect(
    (await checkReports({ config, placeOf: placeInFile })).map(({ code, message }) => `${code} ${message}`),
  ).toEqual([
    expect.stringMatching(/^REPORT\.SECRET file:reports\.a\.urlFile: .*missing: it cannot be read/),
    expect.stringMatching(/^REPORT\.SECRET .*reports\.b/),
    expect.stringMatching(/^REPORT\.SECRET .*reports\.c/),
    expect.stringMatching(/^REPORT\.SECRET .*reports\.d\.headerFiles\.X-A/),
    expect.stringMatching(/^REPORT\.SECRET .*tides\.nightly\.heartbeat\.urlFile/),
  ])
  const reports = open(config)
  play(reports)
  const findings = await reports.settled()
  expect(findings.map(({ message }) => message.replace(/:.*/, ''))).toEqual([
    'a',
    'b',
    'c',
    'd',
    'tides.nightly.heartbeat',
  ])
  expect(findings[0]?.why).toContain('REPORT.SECRET')
})

test('a test message goes to the report that is named, or says which there are', async () => {
  await using server = await loopback(status(200))
  const { signal } = new AbortController()
  const config: Config = { reports: { chat: { kind: 'healthchecks', url: `${server.url}/x` } } }
  await testReport('chat', config, { redactor, signal })
  expect(paths(server)).toEqual(['/x/log'])
  await expect(testReport('chta', config, { redactor, signal })).rejects.toMatchObject({
    code: 'CONFIG.REPORT_UNKNOWN',
    hint: 'did you mean "chat"?',
  })
  await expect(testReport('toString', config, { redactor, signal })).rejects.toMatchObject({
    code: 'CONFIG.REPORT_UNKNOWN',
  })
})
