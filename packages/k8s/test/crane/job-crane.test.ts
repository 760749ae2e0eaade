import type { Json } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import { expect, it } from 'vitest'
import { portions } from '../../src/crane/archives.ts'
import { jobCrane } from '../../src/crane/job-crane.ts'
import { clearFillers } from '../../src/crane/remove-jobs.ts'
import type { JobCraneSettings } from '../../src/crane/settings.ts'
import { KINDS } from '../../src/resource/kind.ts'
import type { Done, JobWorld } from './world.ts'
import { jobWorld } from './world.ts'
import { exposed, lift, options } from './world-refs.ts'

const EVENT = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true }
const ALL: JobCraneSettings = {
  image: 'image',
  contract2: { actions: ['lift', 'lower', 'list', 'check', 'forget'] },
  env: { SECRET: 'geheim' },
  startMs: 300,
  timeoutMs: 60_000,
}

function worldOf(done: Done | (() => Done), settings = ALL) {
  const world = jobWorld(() => (typeof done === 'function' ? done() : done))
  world.newClaim('salvage-cut')
  const lines: string[] = []
  const crane = jobCrane(world.cluster, { cranes: { it: settings }, onLine: (_ref, line) => lines.push(line) })
  return { ...world, crane, lines }
}

const left = ({ fake }: JobWorld): number => [...fake.all(KINDS.job), ...fake.all(KINDS.pod)].length
const waiting = (reason: string, message: string): Json => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'crane', state: { waiting: { reason, message } } }],
})

it.each([
  [{ status: waiting('ImagePullBackOff', 'no such image') }, 'CRANE.IMAGE_MISSING', 'no such image'],
  [{ status: waiting('ErrImageNeverPull', 'not here') }, 'CRANE.IMAGE_MISSING', 'not here'],
  [{ status: waiting('CreateContainerConfigError', 'secret "keys" not found') }, 'CRANE.SECRET', 'keys'],
  [{ status: { phase: 'Pending' } }, 'JOB.NOT_STARTED', 'FailedMount: MountVolume.SetUp failed'],
  [
    { status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes' }] } },
    'JOB.UNSCHEDULABLE',
    '0/3 nodes',
  ],
  [{ status: { phase: 'Failed', reason: 'Evicted', message: 'low' } }, 'CRANE.STOPPED', 'low'],
  [{ code: 1, lines: ['it is geheim'] }, 'CRANE.FAILED', 'it is ***'],
  [{ code: 12 }, 'STORE.WRONG_PASSWORD', 'exit code 12'],
  [{}, 'CRANE.RESULT', 'nobody said'],
  [{ files: { 'result.json': '{"id":"a b"}' } }, 'CRANE.RESULT', 'id:'],
])('a lift says what went wrong, and leaves nothing: %j', async (done: Done, code, why) => {
  const world = worldOf(done)
  world.fake.put(EVENT, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace: 'ns', name: 'e' },
    type: 'Warning',
    reason: 'FailedMount',
    message: 'MountVolume.SetUp failed',
    involvedObject: { kind: 'Pod', name: 'salvage-run-1-pod' },
  })
  await expect(world.crane.lift(lift, exposed, options)).rejects.toMatchObject({
    code,
    why: expect.stringContaining(why),
  })
  expect(left(world)).toBe(0)
})

it('an archive that is not whole stands, with what is missing in it', async () => {
  const findings = [{ code: 'CRANE.UNREADABLE', message: 'file: geheim' }]
  const { crane, lines } = worldOf({
    code: 3,
    lines: ['at geheim\rat work'],
    files: { 'result.json': JSON.stringify({ id: 'a1', bytes: 7, findings }) },
  })
  expect(await crane.lift(lift, exposed, options)).toMatchObject({
    point: { id: 'a1', bytes: 7, state: 'partial', target: 'k8s:ns/data' },
    findings: [{ code: 'CRANE.UNREADABLE', message: 'file: ***' }],
  })
  expect(lines).toEqual(['at work'])
})

it('a Job that the namespace does not admit is told at once', async () => {
  const world = worldOf({})
  world.fake.before = ({ verb, kind }) => {
    if (verb === 'create' && kind === KINDS.job) throw new SalvageError('K8S.FORBIDDEN', 'create Job: exceeded quota')
  }
  await expect(world.crane.lift(lift, exposed, options)).rejects.toMatchObject({ code: 'CRANE.CREATE' })
})

it('an old cluster that drops the sidecar gets no crane of version 2', async () => {
  const world = worldOf({ files: { 'result.json': '{"id":"a"}' } })
  const create: typeof world.cluster.create = async (kind, manifest, call) => {
    const text = JSON.stringify(manifest).replace('"restartPolicy":"Always",', '')
    return world.cluster.create(kind, JSON.parse(text), call)
  }
  const crane = jobCrane({ ...world.cluster, create }, { cranes: { it: ALL } })
  await expect(crane.lift(lift, exposed, options)).rejects.toMatchObject({ code: 'JOB.OLD_CLUSTER' })
  expect(left(world)).toBe(0)
})

it('an aborted lift has no Job and no pod any more when it rejects', async () => {
  const world = worldOf({
    status: { phase: 'Running', containerStatuses: [{ name: 'crane', state: { running: {} } }] },
  })
  const controller = new AbortController()
  const lifting = world.crane.lift(lift, exposed, { signal: controller.signal })
  await expect.poll(() => left(world)).toBe(2)
  const reason = new Error('enough')
  controller.abort(reason)
  await expect(lifting).rejects.toBe(reason)
  expect(left(world)).toBe(0)
})

it('a lift over its time ends with its last line', async () => {
  const status = { phase: 'Running', containerStatuses: [{ name: 'crane', state: { running: {} } }] }
  const world = worldOf({ status, lines: ['waits for a lock'] }, { ...ALL, timeoutMs: 500 })
  const why = expect.stringContaining('waits for a lock')
  await expect(world.crane.lift(lift, exposed, options)).rejects.toMatchObject({ code: 'CRANE.TIMEOUT', why })
  expect(left(world)).toBe(0)
})

it('another process clears what a dead one left, in the namespace of its target, and nothing else', async () => {
  const world = worldOf({ status: { phase: 'Running' } })
  const put = (name: string, labels: Record<string, string>, namespace = 'ns') =>
    world.fake.put(KINDS.job, { apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace, name, labels } })
  put('salvage-run-1', { 'salvage-kit.io/lift': 'run-1' })
  put('salvage-run-1-forget', { 'salvage-kit.io/lift': 'run-1' })
  put('salvage-run-2', { 'salvage-kit.io/lift': 'run-2' })
  await jobCrane(world.cluster, { cranes: {} }).clear(lift, options)
  expect(world.fake.all(KINDS.job).map(({ metadata }) => metadata.name)).toEqual(['salvage-run-2'])
  put('filler', { 'salvage-kit.io/fills': 'place' }, 'other')
  await clearFillers(world.cluster, { namespace: 'other', name: 'place' }, options)
  expect(world.fake.all(KINDS.job)).toHaveLength(1)
})

it('refuses before anything: claims that are gone or another, mounts of elsewhere, rights', async () => {
  const { crane, cluster } = worldOf({}, { ...ALL, mounts: { repository: '/r' } })
  const preflight = { ...options, init: false }
  await expect(crane.preflight(lift.store, [exposed], preflight)).rejects.toMatchObject({ code: 'CRANE.MOUNT' })
  const other = { ...exposed, uid: 'other' }
  await expect(crane.lift(lift, other, options)).rejects.toMatchObject({ code: 'CRANE.SOURCE' })
  const poor = jobCrane({ ...cluster, missing: async (_namespace, wanted) => wanted }, { cranes: { it: ALL } })
  await expect(poor.preflight(lift.store, [exposed], preflight)).rejects.toMatchObject({
    code: 'JOB.RIGHTS',
    hint: expect.stringContaining('pods/log'),
  })
})

it('a lift that never began is not withdrawn by a Job', async () => {
  const world = worldOf({ code: 12 })
  await expect(world.crane.lift(lift, exposed, options)).rejects.toThrow()
  const before = world.fake.calls.length
  await world.crane.archives?.withdraw(lift, options)
  expect(world.fake.calls).toHaveLength(before)
})

it('long lists to forget go in portions that a Job can hold', () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `${String(index)}-${'x'.repeat(300)}`)
  const all = portions(ids)
  expect(all.flat()).toEqual(ids)
  expect(all.length).toBeGreaterThan(2)
  for (const one of all) expect(one.join('\n').length).toBeLessThan(100_001)
  expect(portions([])).toEqual([])
})
