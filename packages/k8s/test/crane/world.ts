import { gzipSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import type { Json } from '@salvage-kit/core'
import { z } from 'zod'
import type { Cluster } from '../../src/client/cluster.ts'
import { KINDS } from '../../src/resource/kind.ts'
import type { Resource } from '../../src/resource/resource.ts'
import { fakeCluster, type FakeCluster } from '../fake-cluster.ts'

const job = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string() }),
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()), annotations: z.record(z.string(), z.string()) }),
      spec: z.object({
        containers: z.tuple([z.object({ env: z.array(z.object({ name: z.string(), value: z.string().optional() })) })]),
        volumes: z.array(
          z.object({ name: z.string(), persistentVolumeClaim: z.object({ claimName: z.string() }).optional() }),
        ),
      }),
    }),
  }),
})

/** What an image of this world finds. */
export interface Found {
  readonly env: Readonly<Record<string, string>>
  readonly namespace: string
  /** The claim at `/salvage/volume`. */
  readonly claim: string
  readonly annotations: Readonly<Record<string, string>>
}

/** What an image does. */
export interface Done {
  /** Of the pod; default: it succeeded. */
  readonly status?: Json
  readonly code?: number
  readonly lines?: readonly string[]
  readonly files?: Readonly<Record<string, string>>
}

/** A cluster in memory that runs Jobs at once, by a function in the place of the image, and removes pods with their Jobs. */
export interface JobWorld {
  readonly fake: FakeCluster
  readonly cluster: Cluster
  readonly newClaim: (name: string, namespace?: string) => Resource
}

/** Makes one. */
export function jobWorld(image: (found: Found) => Done): JobWorld {
  const fake = fakeCluster('ns')
  const logs = new Map<string, readonly string[]>()
  fake.after = async ({ verb, kind, name = '', namespace = '' }) => {
    if (kind !== KINDS.job) return
    const at = { namespace, name: `${name}-pod` }
    const signal = new AbortController().signal
    if (verb === 'remove') await fake.remove(KINDS.pod, at, { signal })
    if (verb !== 'create') return
    const { metadata, spec } = job.parse(await fake.get(KINDS.job, { namespace, name }, { signal })).spec.template
    const env = Object.fromEntries(
      spec.containers[0].env.map((one) => [one.name, (one.value ?? '').replaceAll('$$', '$')]),
    )
    const claim = spec.volumes.find((one) => one.name === 'volume')?.persistentVolumeClaim?.claimName ?? ''
    const done = image({ env, namespace, claim, annotations: metadata.annotations })
    const { code = 0, lines = [], files = {} } = done
    logs.set(`${at.name}/crane`, lines)
    logs.set(`${at.name}/teller`, tell(files))
    const terminated = { exitCode: code }
    fake.put(KINDS.pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...at, labels: metadata.labels },
      status: done.status ?? {
        phase: code === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: [{ name: 'crane', state: { terminated } }],
      },
    })
  }
  async function* log({ pod, container = '' }: Parameters<Cluster['log']>[0]): AsyncIterable<string> {
    yield* logs.get(`${pod}/${container}`) ?? []
  }
  return {
    fake,
    cluster: { ...fake, log },
    newClaim: (name, namespace = 'ns') =>
      fake.put(KINDS.claim, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { namespace, name, labels: { app: 'shop' } },
      }),
  }
}

function tell(files: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(files).flatMap(([name, content]) => [
    `SALVAGE-RESULT ${name} gzip ${createHash('sha256').update(content).digest('hex')}`,
    gzipSync(content).toString('base64'),
    `SALVAGE-RESULT-END ${name}`,
  ])
}
