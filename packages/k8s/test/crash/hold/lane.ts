import { setTimeout as sleep } from 'node:timers/promises'
import { recover, run } from '@salvage-kit/core'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { expect } from 'vitest'
import { startChild } from '../../../../core/test/crash/child-process.ts'
import type { Child } from '../../../../core/test/crash/child-process.ts'
import type { Cluster } from '../../../src/index.ts'
import {
  connect,
  DISCOVERY_PERMISSIONS,
  EXEC_PERMISSIONS,
  roleFor,
  runScript,
  SCALE_PERMISSIONS,
  SNAPSHOT_PERMISSIONS,
  STATE_PERMISSIONS,
} from '../../../src/index.ts'
import { until } from '../../integration/quiesce/manifest.ts'
import { clearAway, layOut, REPLICAS } from './goods.ts'
import { KIND_PARTS, makeRepository } from './kind.ts'
import { lookAt } from './look.ts'
import type { RigPlace } from './rig.ts'
import { planOn, rigOn } from './rig.ts'

const WANTED = [
  ...DISCOVERY_PERMISSIONS,
  ...SCALE_PERMISSIONS,
  ...EXEC_PERMISSIONS,
  ...SNAPSHOT_PERMISSIONS,
  ...STATE_PERMISSIONS,
]
const LOOK_MS = 1000

/** A namespace with a workload that is scaled and one that is frozen by a command, and a tenant who copies both at once. */
export interface Lane extends RigPlace, AsyncDisposable {
  /** Starts a process for one run, which it plans and begins when it is told to. The last one ends with the lane. */
  start(runId: string): Child
  /** What the next process does: takes back what is left. Everything must be as before, and nobody frozen any more. */
  recovered(where: string): Promise<void>
  /** From when to when the pod was ever frozen, in seconds of the uptime that pods read too. */
  freezes(): Promise<readonly Freeze[]>
  /** A whole run; then nothing is left but what is kept. */
  nextRun(runId: string, where: string): Promise<void>
}

/** One time during which a pod was frozen. */
export interface Freeze {
  readonly from: number
  readonly to: number
}

/** What all lanes share. */
export interface LaneParts {
  readonly on: KubernetesCluster
  /** The administrator's. */
  readonly admin: Cluster
  /** Of `run-child.ts`. */
  readonly program: string
}

/** Makes one; resolves when its pods run. */
export async function openLane({ on, admin, program }: LaneParts, place: RigPlace): Promise<Lane> {
  const { namespace, kind } = place
  const { signal } = new AbortController()
  await on.kubectl(['create', 'namespace', namespace])
  const kubeconfig = await on.serviceAccount(namespace, 'tenant')
  const subject = { kind: 'ServiceAccount', name: 'tenant' } as const
  await on.apply(roleFor([...WANTED, ...KIND_PARTS[kind].permissions], { namespace, subject }))
  await layOut(on, place)
  const look = lookAt(admin, namespace)
  const up = async (): Promise<void> =>
    until('all pods run', async () => {
      const { db, web } = await look.deployments()
      return db?.ready === 1 && web?.ready === REPLICAS
    })
  await up()
  const cluster = await connect({ kubeconfig, namespace, environment: {} })
  if (kind === 'offsite') await makeRepository(cluster, { signal })
  const rig = rigOn(cluster, place)
  const pod = await look.podOf('db')
  const inPod = async (script: string): Promise<string> =>
    (await runScript(cluster, { namespace, pod, container: 'main' }, { script }, { signal })).stdout.toString().trim()
  let seen = 0
  const freezes = async (): Promise<readonly Freeze[]> => {
    // By then it has noted that it goes on.
    const lines = await inPod('sleep 0.5; cat /room/freezes 2>/dev/null; :')
    const numbers = lines.split('\n').filter((line) => line !== '')
    seen = numbers.length
    return numbers.map((line) => line.split(' ').map(Number)).map(([from = 0, to = 0]) => ({ from, to }))
  }
  // The journal is made by the first who looks at it.
  await recover(rig, { signal })
  const before = await look.made()
  const journal = 'ConfigMap salvage-kit'
  const made = async (): Promise<readonly string[]> =>
    (await look.made()).filter((one) => !before.includes(one) && !one.startsWith(journal))
  let child: Child | undefined
  return {
    ...place,
    start: (runId) => (child = startChild(program, kubeconfig, namespace, kind, runId)),
    recovered: async (where) => {
      let report = await recover(rig, { signal })
      for (let left = 60; report.alive.length > 0 && left > 0; left -= 1) {
        await sleep(LOOK_MS)
        report = await recover(rig, { signal })
      }
      expect({ stuck: report.stuck, alive: report.alive }, where).toEqual({ stuck: [], alive: [] })
      expect(await rig.journal.pending(), where).toEqual([])
      const { db, web } = await look.deployments()
      expect([db?.wanted, web?.wanted], where).toEqual([1, REPLICAS])
      expect(await inPod('ls /room/frozen /tmp/.salvage-kit-* 2>/dev/null; :'), where).toBe('')
    },
    freezes,
    nextRun: async (runId, where) => {
      await up()
      const had = seen
      const report = await run(rig, await planOn(rig, kind, runId, { signal }))
      expect(report, where).toMatchObject({ outcome: 'good', stuck: [] })
      expect((await freezes()).length, where).toBeGreaterThan(had)
      await expect.poll(made, { message: where, timeout: 60_000, interval: LOOK_MS }).toEqual([])
      expect(await look.made(), where).toEqual(expect.arrayContaining([...before]))
    },
    async [Symbol.asyncDispose]() {
      await child?.kill()
      await cluster[Symbol.asyncDispose]()
      await clearAway(on, place)
    },
  }
}
