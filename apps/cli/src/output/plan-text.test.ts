import type { LiftRef, Plan } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { planText } from './plan-text.ts'

const at = '2026-11-21T08:00:00.000Z'

function lift(id: string, target: LiftRef['target']): LiftRef {
  return {
    id,
    runId: 'r1',
    target,
    store: { ref: 'archive:/backups', crane: 'archive', settings: {} },
    at,
    machine: 'm',
  }
}

const step = (name: string, quiescer: string): Plan['groups'][number]['idle'][number] => ({
  kind: 'quiesce',
  workload: `docker:${name}`,
  name,
  quiescer,
  settings: null,
})

const plan: Plan = {
  version: 2,
  runId: '20261121t080000z-abcdef',
  createdAt: at,
  machine: 'm',
  tide: 'nightly',
  grouping: 'smart',
  maxHoldMs: 1_800_000,
  maxConcurrent: 2,
  groups: [
    {
      id: 'g1',
      targets: ['docker:pgdata', 'docker:uploads'],
      quiesce: [[step('web', 'docker.stop'), step('worker', 'docker.pause')], [step('db', 'docker.stop')]],
      idle: [step('old', 'docker.stop')],
      left: [{ workload: 'docker:cache', name: 'cache', why: 'salvage.action=ignore' }],
      beforeHold: [
        {
          kind: 'lift',
          ref: { ...lift('w1', 'docker:uploads'), warm: true },
          from: { kind: 'live', source: { medium: 'docker-volume', name: 'uploads' } },
        },
      ],
      predictedHoldMs: 2300,
      whileQuiesced: [
        {
          kind: 'snapshot',
          snapshotter: 'btrfs',
          ref: {
            id: 's',
            runId: 'r1',
            target: 'docker:pgdata',
            source: { medium: 'directory', path: '/x' },
            token: null,
          },
        },
        {
          kind: 'lift',
          ref: lift('l1', 'docker:uploads'),
          from: { kind: 'live', source: { medium: 'docker-volume', name: 'uploads' } },
        },
      ],
      afterResume: [
        {
          kind: 'lift',
          ref: lift('l2', 'docker:pgdata'),
          from: {
            kind: 'snapshot',
            snapshotter: 'btrfs',
            ref: {
              id: 's',
              runId: 'r1',
              target: 'docker:pgdata',
              source: { medium: 'directory', path: '/x' },
              token: null,
            },
          },
        },
      ],
    },
    {
      id: 'g2',
      targets: ['dir:/etc'],
      quiesce: [],
      idle: [],
      left: [],
      beforeHold: [],
      whileQuiesced: [
        {
          kind: 'lift',
          ref: lift('l3', 'dir:/etc'),
          from: { kind: 'live', source: { medium: 'directory', path: '/etc' } },
        },
      ],
      afterResume: [],
    },
  ],
  skipped: [
    {
      target: 'docker:nfs',
      finding: { code: 'X.Y', message: 'no crane can read it', why: 'it has no path', hint: 'use a crane image' },
    },
  ],
  warnings: [{ code: 'X.Z', message: 'a container holds a bind mount' }],
}

test('a plan says what rests, how, what is copied when and where to', () => {
  expect(planText(plan))
    .toBe(`run 20261121t080000z-abcdef of tide nightly: 3 targets in 2 groups (smart), holds of at most 30m

group g1: docker:pgdata, docker:uploads
  warm, while all still run; thrown away later:
    lift docker:uploads to archive:/backups
  comes to rest, and rises in reverse:
    1. web (docker.stop), worker (docker.pause)
    2. db (docker.stop)
  at rest already, stays so: old
  keeps running: cache (salvage.action=ignore)
  while at rest, 2.3s as far as past runs tell:
    snapshot docker:pgdata (btrfs)
    lift docker:uploads to archive:/backups
  once all run again:
    lift docker:pgdata from its snapshot to archive:/backups

group g2: dir:/etc
  nothing has to come to rest
  then:
    lift dir:/etc to archive:/backups

skipped:
  docker:nfs: no crane can read it: it has no path; use a crane image

warnings:
  a container holds a bind mount
`)
})

test('says which snapshots stay, and where', () => {
  const [group] = plan.groups
  if (group === undefined) throw new Error('no group')
  const keep = { store: { ref: 'csi:fast', crane: 'csi', settings: {} }, at, machine: 'm' } as const
  const whileQuiesced = group.whileQuiesced.map((one) =>
    one.kind === 'snapshot' ? { ...one, ref: { ...one.ref, keep } } : one,
  )
  expect(planText({ ...plan, groups: [{ ...group, whileQuiesced }] })).toContain(
    'snapshot docker:pgdata (btrfs), which stays in csi:fast\n',
  )
})

test('says which snapshots are cut at one instant', () => {
  const [group] = plan.groups
  if (group === undefined) throw new Error('no group')
  const whileQuiesced = group.whileQuiesced.map((one) =>
    one.kind === 'snapshot' ? { ...one, ref: { ...one.ref, together: 'run-t1' } } : one,
  )
  expect(planText({ ...plan, groups: [{ ...group, whileQuiesced }] })).toContain(
    'snapshot docker:pgdata (btrfs, at one instant: run-t1)\n',
  )
})

test('a stream is dumped once all run, or at once when nobody rests', () => {
  const source = { medium: 'stream', backend: 'docker', token: null } as const
  const dump = { kind: 'lift', ref: lift('l1', 'dump:shop'), from: { kind: 'live', source } } as const
  const group = { id: 'g1', targets: ['dump:shop' as const], quiesce: [], idle: [], left: [], beforeHold: [] }
  const text = planText({
    ...plan,
    groups: [{ ...group, whileQuiesced: [], afterResume: [dump, { ...dump, staged: true }] }],
  })
  expect(text).toContain(
    [
      'group g1: dump:shop',
      '  nothing has to come to rest',
      '  then:',
      '    dump dump:shop to archive:/backups',
      '    dump dump:shop, staged on this machine first, to archive:/backups',
    ].join('\n'),
  )
})
