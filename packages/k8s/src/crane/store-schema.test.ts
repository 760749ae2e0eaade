import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { JOB_EVENT_PERMISSIONS, JOB_PERMISSIONS } from './permission.ts'
import { JobStoreConfig } from './store-schema.ts'

test('reads a store of crane Jobs into what the crane takes', () => {
  const entry = {
    kind: 'job',
    image: 'registry:5000/me/crane@sha256:abc',
    pull: 'never',
    actions: ['lift', 'lower', 'list', 'check', 'forget'],
    deduplicates: true,
    namespace: 'backup',
    env: { LEVEL: 3, VERBOSE: true },
    secrets: { RESTIC_PASSWORD: { secret: 'restic', key: 'password' } },
    user: { uid: 1000, fsGroup: 1000 },
    resources: { requests: { cpu: 1, memory: '256Mi' }, limits: { memory: '1.5Gi' } },
    scratch: ['/tmp'],
    timeout: '6h',
    startTimeout: '90s',
    grace: '1m',
  }
  expect(JobStoreConfig.parse(entry)).toEqual({
    kind: 'job',
    namespace: 'backup',
    crane: {
      image: 'registry:5000/me/crane@sha256:abc',
      pull: 'Never',
      contract2: { actions: ['lift', 'lower', 'list', 'check', 'forget'], deduplicates: true },
      env: { LEVEL: '3', VERBOSE: 'true' },
      secrets: { RESTIC_PASSWORD: { secret: 'restic', key: 'password' } },
      user: { uid: 1000, fsGroup: 1000 },
      resources: { requests: { cpu: '1', memory: '256Mi' }, limits: { memory: '1.5Gi' } },
      scratch: ['/tmp'],
      timeoutMs: 21_600_000,
      startMs: 90_000,
      graceMs: 60_000,
    },
  })
  expect(JobStoreConfig.parse({ kind: 'job', image: 'x' })).toEqual({ kind: 'job', crane: { image: 'x' } })
})

test.each([
  ['no image', {}, 'image'],
  ['an unknown key', { image: 'x', secret: {} }, ''],
  ['the text of a secret', { image: 'x', secrets: { KEY: 'geheim' } }, 'secrets.KEY'],
  ['user 0', { image: 'x', user: { uid: 0 } }, 'user.uid'],
  ['a crane that cannot lift', { image: 'x', actions: ['list'] }, 'actions'],
  ['an unknown action', { image: 'x', actions: ['lift', 'prune'] }, 'actions.1'],
  ['deduplication of version 1', { image: 'x', deduplicates: true }, 'deduplicates'],
  ['a mount over the volume', { image: 'x', mounts: { claim: '/salvage/volume' } }, 'mounts.claim'],
  ['two things in one place', { image: 'x', mounts: { claim: '/tmp' }, scratch: ['/tmp'] }, 'scratch.0'],
  ['a path upwards', { image: 'x', scratch: ['/tmp/../salvage/volume'] }, 'scratch.0'],
  ['a quantity without sense', { image: 'x', resources: { limits: { memory: '1GB' } } }, 'resources.limits.memory'],
  ['no time', { image: 'x', timeout: '0s' }, 'timeout'],
  ['a namespace in capitals', { image: 'x', namespace: 'Backup' }, 'namespace'],
  ['a variable with an equals sign', { image: 'x', env: { 'A=B': 'y' } }, 'env.A=B'],
])('refuses %s, and says where', (_, entry, where) => {
  const { error } = JobStoreConfig.safeParse({ kind: 'job', ...entry })
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([where])
})

const docs = readFileSync(new URL('../../../../docs/crane-jobs.md', import.meta.url), 'utf8')
const blocks = [...docs.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']): unknown => parse(text))

test('the example of the documentation is one', () => {
  const { stores } = z.object({ stores: z.record(z.string(), JobStoreConfig) }).parse(blocks[0])
  expect(Object.keys(stores)).toEqual(['offsite'])
})

test('the documentation names the rights that are taken, and no others', () => {
  const names = z.array(z.string())
  const rules = z.object({ rules: z.array(z.object({ apiGroups: names, resources: names, verbs: names })) })
  const documented = rules
    .parse(blocks[1])
    .rules.flatMap(({ apiGroups, resources, verbs }) =>
      verbs.map((verb) => [apiGroups[0], resources[0], verb].join(' ')),
    )
  const taken = [...JOB_PERMISSIONS, ...JOB_EVENT_PERMISSIONS].map((one) =>
    [one.group, one.resource, one.verb].join(' '),
  )
  expect(documented.toSorted()).toEqual(taken.toSorted())
})
