import { expect, test } from 'vitest'
import { jobManifest } from '../../src/crane/manifest.ts'
import { jobOfLift, jobOfTask } from '../../src/crane/job-ref.ts'
import { craneOf } from '../../src/crane/settings-of.ts'
import type { JobCraneSettings } from '../../src/crane/settings.ts'
import { liftWork, taskWork } from '../../src/crane/work.ts'
import { exposed, lift } from './world-refs.ts'

const settings: JobCraneSettings = {
  image: 'crane:1',
  contract2: { actions: ['lift', 'forget'] },
  env: { PLACE: '$(HOME)/$x', SALVAGE_ACTION: 'dance' },
  envSecrets: { TOKEN: { secret: 'keys', key: 'token' } },
  secrets: { RESTIC_PASSWORD: { secret: 'keys', key: 'password' } },
  mounts: { repository: '/repository' },
  scratch: ['/tmp'],
}
const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'salvage-cut', labels: { a: 'b' } } }

function manifestOf(more: Partial<JobCraneSettings> = {}): string {
  const crane = craneOf(lift.store, { it: { ...settings, ...more } })
  const work = liftWork(crane, lift, exposed, { claim, now: new Date(1_700_000_000_000) })
  return JSON.stringify(jobManifest(jobOfLift(lift, 'ns'), work, crane, 60_000))
}

test('asks for no more than the standard "restricted" admits', () => {
  const { spec } = JSON.parse(manifestOf())
  const pod = spec.template.spec
  expect(pod.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 65_532,
    seccompProfile: { type: 'RuntimeDefault' },
  })
  for (const { securityContext } of [...pod.initContainers, ...pod.containers])
    expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } })
  expect(pod).toMatchObject({ automountServiceAccountToken: false, restartPolicy: 'Never', hostname: 'salvage-run-1' })
  expect(pod).not.toHaveProperty('serviceAccountName')
  expect(spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 120, ttlSecondsAfterFinished: 3600 })
})

function securityOf(securityContext: object): object {
  return { spec: { template: { spec: { securityContext } } } }
}

test('who fills a claim may write there, and what is lifted keeps its groups', () => {
  const point = {
    kind: 'archive',
    id: 'a',
    target: lift.target,
    store: 'job:it',
    takenAt: lift.at,
    state: 'good',
  } as const
  const lower = (more: Partial<JobCraneSettings>): unknown => {
    const crane = craneOf(lift.store, { it: { ...settings, ...more } })
    const work = taskWork(crane, 'here', { action: 'lower', point, destination: exposed })
    return jobManifest(jobOfTask('lower', 'ns', { fills: exposed }), work, crane, 60_000)
  }
  expect(lower({})).toMatchObject(securityOf({ fsGroup: 65_532 }))
  expect(lower({ user: { uid: 1000, gid: 7 } })).toMatchObject(securityOf({ fsGroup: 7 }))
  expect(lower({ user: 'root' })).toMatchObject(securityOf({ runAsUser: 0 }))
  expect(JSON.stringify(lower({ user: 'root' }))).not.toContain('fsGroup')
  expect(manifestOf()).not.toContain('fsGroup')
})

test('a crane that is root has rights over files alone', () => {
  const [container] = JSON.parse(manifestOf({ user: 'root' })).spec.template.spec.containers
  expect(container.securityContext.capabilities.add).toContain('DAC_OVERRIDE')
  expect(container.securityContext.capabilities.add).not.toContain('SYS_ADMIN')
})

test('secrets stand in it as references, and settings as they are', () => {
  const { volumes, containers } = JSON.parse(manifestOf()).spec.template.spec
  const { env, volumeMounts } = containers[0]
  expect(env).toContainEqual({ name: 'PLACE', value: '$$(HOME)/$$x' })
  expect(env).toContainEqual({ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } })
  expect(env).toContainEqual({ name: 'SALVAGE_ACTION', value: 'lift' })
  expect(env).toContainEqual({ name: 'SALVAGE_VOLUME_NAME', value: 'data' })
  expect(volumes).toContainEqual({
    name: 'secrets',
    projected: {
      sources: [{ secret: { name: 'keys', items: [{ key: 'password', path: 'RESTIC_PASSWORD' }] } }],
      defaultMode: 0o444,
    },
  })
  expect(volumeMounts).toContainEqual({ name: 'volume', mountPath: '/salvage/volume', readOnly: true })
})

test('the file of facts is that of the claim which was cut', () => {
  const { annotations } = JSON.parse(manifestOf()).spec.template.metadata
  expect(JSON.parse(annotations['salvage-kit.io/meta-json'])).toEqual({
    hostMeta: { timestamp: 1_700_000_000_000, executionStart: 1_795_248_000_000, host: 'here' },
    volumeMeta: { name: 'data', labels: { a: 'b' }, driver: 'pvc' },
    crane: 'it',
    image: 'crane:1',
  })
})

test('an image of version 1 finds what the original gives, and nothing looks on', () => {
  const { contract2: _, ...first } = settings
  const crane = craneOf(lift.store, { it: first })
  const work = liftWork(crane, lift, exposed, { claim, now: new Date() })
  expect(Object.keys(work.env).toSorted()).toEqual([
    'SALVAGE_CRANE_NAME',
    'SALVAGE_MACHINE_NAME',
    'SALVAGE_TIDE_TIMESTAMP',
    'SALVAGE_VOLUME_NAME',
  ])
  const pod = JSON.parse(JSON.stringify(jobManifest(jobOfLift(lift, 'ns'), work, crane, 1))).spec.template.spec
  expect(pod).not.toHaveProperty('initContainers')
})

test('what is filled can be written, and is found by its name', () => {
  const crane = craneOf(lift.store, { it: settings })
  const work = taskWork(crane, 'here', { action: 'lower', destination: exposed })
  const job = jobOfTask('lower', 'ns', { fills: exposed })
  const { metadata, spec } = JSON.parse(JSON.stringify(jobManifest(job, work, crane, 1)))
  expect(metadata.labels).toMatchObject({ 'salvage-kit.io/fills': 'salvage-cut' })
  expect(spec.template.spec.containers[0].volumeMounts).toContainEqual({
    name: 'volume',
    mountPath: '/salvage/volume',
    readOnly: false,
  })
})

test.each(['/salvage/volume', '/run/secrets/x', 'relative', '/', '/tmp'])('nothing is mounted at %s', (place) => {
  expect(() => manifestOf({ mounts: { repository: place } })).toThrow(expect.objectContaining({ code: 'CRANE.MOUNT' }))
})

test('names of lifts that are no names of Jobs become ones, each its own', () => {
  const names = ['Run_1', 'run-1', 'r'.repeat(70), `${'r'.repeat(69)}s`].map(
    (id) => jobOfLift({ ...lift, id }, 'ns').name,
  )
  expect(new Set(names).size).toBe(4)
  for (const name of names) expect(name).toMatch(/^[a-z0-9][-a-z0-9]{0,55}$/)
})
