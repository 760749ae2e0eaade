import { expect, it } from 'vitest'
import { sweepJobs } from '../../src/crane/sweep-jobs.ts'
import { claimProvisioner } from '../../src/provision/claim-provisioner.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { fakeCluster, forbidden } from '../fake-cluster.ts'

const options = { signal: new AbortController().signal }
const now = new Date('2026-11-21T12:00:00Z')
const at = (hours: number): string => new Date(now.getTime() + hours * 3_600_000).toISOString()

interface JobHere {
  readonly run?: string
  readonly made?: string
  readonly until?: string
  readonly ended?: boolean
  readonly labels?: Readonly<Record<string, string>>
}

function yard() {
  const cluster = fakeCluster('ns')
  const put = (name: string, { run = 'dead', made = at(-2), until = at(-1), ended = false, labels = {} }: JobHere) =>
    cluster.put(KINDS.job, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        namespace: 'ns',
        name,
        creationTimestamp: made,
        labels: { 'salvage-kit.io/role': 'crane', 'salvage-kit.io/run-id': run, ...labels },
        annotations: { 'salvage-kit.io/until': until },
      },
      spec: { template: { spec: {} } },
      status: ended ? { conditions: [{ type: 'Complete', status: 'True' }] } : {},
    })
  const names = () => cluster.all(KINDS.job).map(({ metadata }) => metadata.name)
  return { cluster, put, names }
}

const settings = { namespaces: ['ns'], isKnown: async (run: string) => run === 'known', now }

it('takes away Jobs that nobody knows and nobody can wait for, and no other', async () => {
  const { cluster, put, names } = yard()
  put('over-its-time', {})
  put('ended', { until: at(1), ended: true })
  put('of-a-known-run', { run: 'known' })
  put('still-at-work', { until: at(1) })
  put('young', { made: at(-0.5), until: at(-0.1) })
  put('of-somebody-else', { labels: { 'salvage-kit.io/role': 'other' } })
  await sweepJobs(cluster, settings, options)
  expect(names()).toEqual(['of-a-known-run', 'still-at-work', 'young', 'of-somebody-else'])
  await sweepJobs(cluster, settings, options)
})

it('finds none where this user may not look at Jobs', async () => {
  const { cluster, put } = yard()
  put('any', {})
  cluster.before = (call) => {
    if (call.kind === KINDS.job) throw forbidden(call)
  }
  await sweepJobs(cluster, settings, options)
})

it('a place is taken back after the Job that fills it, and one of somebody else keeps both', async () => {
  const { cluster, put, names } = yard()
  const provisioner = claimProvisioner(cluster, { defaults: { size: '1Gi' } })
  const token = await provisioner.prepare('k8s:ns/place', 'run', options)
  await provisioner.create(token, options)
  put('filler', { run: 'task', until: at(1), labels: { 'salvage-kit.io/fills': 'place' } })
  put('filler-of-another', { until: at(1), labels: { 'salvage-kit.io/fills': 'other' } })
  const order: string[] = []
  cluster.before = ({ verb, kind }) => {
    if (verb === 'remove') order.push(kind.kind)
  }
  await provisioner.remove(token, options)
  expect(order).toEqual(['Job', 'PersistentVolumeClaim'])
  expect(names()).toEqual(['filler-of-another'])

  const metadata = { namespace: 'ns', name: 'place' }
  cluster.put(KINDS.claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata })
  put('filler', { run: 'task', until: at(1), labels: { 'salvage-kit.io/fills': 'place' } })
  await provisioner.remove(token, options)
  expect(names()).toEqual(['filler-of-another', 'filler'])
  expect(cluster.all(KINDS.claim)).toHaveLength(1)
})
