import { expect, test } from 'vitest'
import { formatReport } from './report-text.ts'
import type { RunReport } from './report.ts'

const GOOD: RunReport = {
  version: 1,
  runId: 'r1',
  kind: 'run',
  startedAt: '2026-11-21T08:00:00.000Z',
  endedAt: '2026-11-21T08:00:04.200Z',
  outcome: 'good',
  aborted: false,
  groups: [
    {
      id: 'g1',
      targets: [
        {
          target: 'dir:/srv/app',
          outcome: 'good',
          point: {
            kind: 'archive',
            id: '4f3a',
            target: 'dir:/srv/app',
            store: 'archive:/b',
            takenAt: '2026-11-21T08:00:00.000Z',
            state: 'good',
            bytes: 2048,
            files: 3,
            storedBytes: 100,
          },
          liftMs: 3100,
          findings: [],
        },
      ],
    },
  ],
  skipped: [],
  stuck: [],
  warnings: [],
}

test('a good run is short', () => {
  expect(formatReport(GOOD)).toBe(
    [
      'run r1: good after 4.2s',
      '',
      '  dir:/srv/app  good     4f3a in archive:/b, 2.0 KiB, 3 files, 100 B stored, lifted in 3.1s',
    ].join('\n'),
  )
})

test('a run with everything in it names every trouble with its reason, and ends with what to do', () => {
  const [group] = GOOD.groups
  const report: RunReport = {
    ...GOOD,
    tide: 'nightly',
    outcome: 'failed',
    aborted: true,
    groups: [
      {
        id: 'g1',
        holdMs: 83_000,
        tainted: 'docker:web was\nstarted',
        targets: [
          ...(group?.targets.map((target) => ({ ...target, outcome: 'failed' as const })) ?? []),
          {
            target: 'docker:db',
            outcome: 'failed',
            findings: [{ code: 'CRANE.FAILED', message: 'tar ended with 2', why: 'no space', hint: 'make room' }],
          },
        ],
      },
    ],
    skipped: [{ target: 'docker:x', finding: { code: 'TARGET.UNKNOWN', message: 'there is no such volume' } }],
    stuck: [
      {
        what: 'workload docker:web',
        runId: 'r1',
        attempts: 1,
        failure: { code: 'DOCKER.UNREACHABLE', message: 'no answer', hint: 'start the engine' },
      },
    ],
    warnings: [{ code: 'LABEL.UNKNOWN', message: 'salvage.tid means nothing' }],
  }
  expect(formatReport(report)).toBe(
    [
      'run r1 of tide nightly: failed, aborted, NOT ALL PUT BACK, after 4.2s',
      '',
      '  dir:/srv/app  failed   does not count: 4f3a in archive:/b, 2.0 KiB, 3 files, 100 B stored, lifted in 3.1s',
      '  docker:db     failed',
      '      tar ended with 2 [CRANE.FAILED]; why: no space; next: make room',
      '',
      '  g1: workloads were at rest for 1m23s',
      '  g1: the copies do not count: docker:web was started',
      '',
      'skipped, 1 target:',
      '  docker:x: there is no such volume [TARGET.UNKNOWN]',
      '',
      'warnings:',
      '  salvage.tid means nothing [LABEL.UNKNOWN]',
      '',
      'NOT PUT BACK:',
      '  workload docker:web (run r1, tried 1 time): no answer [DOCKER.UNREACHABLE]; next: start the engine',
      'Remove the causes above, then run `salvage-kit recover`. Until it succeeds nothing else is run.',
    ].join('\n'),
  )
})
