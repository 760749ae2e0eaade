import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { recover, run } from '@salvage-kit/core'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { expect } from 'vitest'
import { startChild } from '../../../../core/test/crash/child-process.ts'
import type { Child } from '../../../../core/test/crash/child-process.ts'
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
import { claimNamed, controllerOf, PATIENT, podSpec, until } from '../../integration/quiesce/manifest.ts'
import { planOn, rigOn } from './rig.ts'

const WANTED = [
  ...DISCOVERY_PERMISSIONS,
  ...SCALE_PERMISSIONS,
  ...EXEC_PERMISSIONS,
  ...SNAPSHOT_PERMISSIONS,
  ...STATE_PERMISSIONS,
]
const REPLICAS = 2
/** The pod itself notes from when to when it was frozen, by the clock of the machine: `/room/freezes`. */
const WITNESS = `trap "exit 0" TERM; since=
while :; do
  read now rest </proc/uptime
  if [ -e /room/frozen ]; then [ -n "$since" ] || since=$now
  elif [ -n "$since" ]; then echo "$since $now" >>/room/freezes; since=; fi
  sleep 0.2
done`

/** A namespace with a workload that is scaled and one that is frozen by a command, and a tenant who copies both at once. */
export interface Lane {
  readonly namespace: string
  /** Starts a run in a process of its own. */
  start(runId: string): Child
  /** What the next process does: takes back what is left. Everything must be as before, and nobody frozen any more. */
  recovered(where: string): Promise<void>
  /** How long the pod was frozen at one time, in seconds, that of it counted which was after this time of {@link uptime}. */
  frozenAfter(uptime: number): Promise<number>
  /** A whole run; then nothing is left but what is kept. */
  nextRun(runId: string, where: string): Promise<void>
  /** How many snapshots are kept by now. */
  kept(): Promise<number>
}

/** The clock that the pods read too: seconds since the machine started. */
export function uptime(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
}

/** Makes one; resolves when its pods run. */
export async function openLane(on: KubernetesCluster, namespace: string): Promise<Lane> {
  const { signal } = new AbortController()
  await on.kubectl(['create', 'namespace', namespace])
  const kubeconfig = await on.serviceAccount(namespace, 'tenant')
  const subject = { kind: 'ServiceAccount', name: 'tenant' } as const
  await on.apply(roleFor(WANTED, { namespace, subject }), ...goods().map((one) => placed(one, namespace)))
  const kubectl = async (...args: readonly string[]): Promise<string> =>
    (await on.kubectl(['-n', namespace, ...args])).trim()
  await until('all pods run', async () => {
    const ready = await kubectl('get', 'deployments', '-o', 'jsonpath={.items[*].status.readyReplicas}')
    return ready === `1 ${String(REPLICAS)}`
  })
  const cluster = await connect({ kubeconfig, environment: {} })
  const rig = rigOn(cluster, namespace)
  const pod = await kubectl('get', 'pods', '-l', 'app=db', '-o', 'jsonpath={.items[0].metadata.name}')
  const inPod = async (script: string): Promise<string> =>
    (await runScript(cluster, { namespace, pod, container: 'main' }, { script }, { signal })).stdout.toString().trim()
  const leftovers = async (): Promise<string> =>
    kubectl('get', 'volumesnapshots,jobs', '-l', '!salvage-kit.io/kept', '-o', 'name', '--ignore-not-found')
  return {
    namespace,
    start: (runId) => startChild(new URL('run-child.ts', import.meta.url).href, kubeconfig, namespace, runId),
    recovered: async (where) => {
      let report = await recover(rig, { signal })
      for (let left = 60; report.alive.length > 0 && left > 0; left -= 1) {
        await sleep(1000)
        report = await recover(rig, { signal })
      }
      expect({ stuck: report.stuck, alive: report.alive }, where).toEqual({ stuck: [], alive: [] })
      expect(await rig.journal.pending(), where).toEqual([])
      const replicas = 'jsonpath={.items[*].spec.replicas}'
      expect(await kubectl('get', 'deployments', '-o', replicas), where).toBe(`1 ${String(REPLICAS)}`)
      expect(await inPod('ls /room/frozen /tmp/.salvage-kit-* 2>/dev/null; :'), where).toBe('')
    },
    frozenAfter: async (at) => {
      const lines = (await inPod('cat /room/freezes 2>/dev/null; :')).split('\n')
      const freezes = lines.map((line) => line.split(' ').map(Number))
      return Math.max(0, ...freezes.map(([from = 0, to = 0]) => to - Math.max(from, at)))
    },
    nextRun: async (runId, where) => {
      await until('the pods are up', async () => {
        const ready = await kubectl('get', 'deployments', '-o', 'jsonpath={.items[*].status.readyReplicas}')
        return ready === `1 ${String(REPLICAS)}`
      })
      const report = await run(rig, await planOn(rig, runId, { signal }))
      expect(report, where).toMatchObject({ outcome: 'good', stuck: [] })
      await until('what goes is gone', async () => (await leftovers()) === '')
      expect(await leftovers(), where).toBe('')
      const claims = await kubectl('get', 'persistentvolumeclaims', '-o', 'jsonpath={.items[*].metadata.name}')
      expect(claims, where).toBe('db-data web-data')
    },
    kept: async () => {
      const names = await kubectl('get', 'volumesnapshots', '-o', 'name')
      return names === '' ? 0 : names.split('\n').length
    },
  }
}

function goods(): readonly object[] {
  return [
    claimNamed('db-data'),
    claimNamed('web-data'),
    controllerOf('Deployment', 'db', podSpec(WITNESS, ['db-data']), {
      replicas: 1,
      annotations: {
        'salvage-kit.io/pre': 'touch /room/frozen',
        'salvage-kit.io/post': 'rm -f /room/frozen',
      },
    }),
    controllerOf('Deployment', 'web', podSpec(PATIENT, ['web-data']), {
      replicas: REPLICAS,
      annotations: { 'salvage-kit.io/quiesce': 'scale' },
    }),
  ]
}

function placed(object: object, namespace: string): object {
  const metadata = 'metadata' in object && typeof object.metadata === 'object' ? object.metadata : {}
  const labels = { 'app.kubernetes.io/instance': 'shop' }
  return { ...object, metadata: { ...metadata, namespace, labels } }
}
