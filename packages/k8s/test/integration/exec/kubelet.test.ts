import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { kubernetesCluster, part } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect, holdInPod, runScript, streamScript, thawedElsewhere } from '../../../src/index.ts'
import type { Cluster, PodPlace } from '../../../src/index.ts'
import { holdSuite } from '../../exec/hold-suite.ts'
import { leavesNobody } from '../../exec/orphans.ts'
import type { FarEnd } from '../../exec/script-suite.ts'
import { scriptSuite } from '../../exec/script-suite.ts'

vi.setConfig({ maxConcurrency: 8 })

const signal = new AbortController().signal
const namespace = 'default'
const ours = randomBytes(4).toString('hex')
const WITH_SHELL: PodPlace = { namespace, pod: `with-shell-${ours}`, container: 'main' }
const LOCKED: PodPlace = { namespace, pod: `locked-${ours}`, container: 'main' }
const UNTOUCHED: PodPlace = { namespace, pod: `untouched-${ours}`, container: 'main' }
const PODS = [WITH_SHELL, LOCKED, UNTOUCHED].map(({ pod: each }) => `pod/${each}`)

/** A pod that waits; `locked`: an ordinary user, a read-only root, one directory to write into. */
function pod(name: string, locked: boolean): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      terminationGracePeriodSeconds: 0,
      ...(locked ? { securityContext: { runAsUser: 1234, runAsGroup: 1234, runAsNonRoot: true } } : {}),
      containers: [
        {
          name: 'main',
          image: 'salvage-test/busybox',
          imagePullPolicy: 'Never',
          command: ['sh', '-c', 'exec sleep 3600'],
          volumeMounts: [{ name: 'room', mountPath: '/room' }],
          ...(locked
            ? {
                securityContext: {
                  readOnlyRootFilesystem: true,
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ['ALL'] },
                },
              }
            : {}),
        },
      ],
      volumes: [{ name: 'room', emptyDir: {} }],
    },
  }
}

describe.skipIf(!part('kubernetes').available)('on a real kubelet', () => {
  let kubernetes: KubernetesCluster
  let cluster: Cluster
  beforeAll(async () => {
    kubernetes = await kubernetesCluster({ level: 'node' })
    cluster = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
    await kubernetes.apply(pod(WITH_SHELL.pod, false), pod(LOCKED.pod, true), pod(UNTOUCHED.pod, false))
    await kubernetes.kubectl(['wait', '--for=condition=Ready', '--timeout=240s', ...PODS])
  })
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await kubernetes?.kubectl(['delete', '--wait=false', ...PODS])
    await kubernetes?.[Symbol.asyncDispose]()
  })
  const farEnd = (place: PodPlace) => (): FarEnd => ({ cluster, pod: place, directory: '/room' })

  describe.concurrent('a container', () => {
    scriptSuite('scripts', farEnd(WITH_SHELL))
    holdSuite('holds', farEnd(WITH_SHELL))
  })
  describe.concurrent('an ordinary user on a read-only root', () => {
    scriptSuite('scripts', farEnd(LOCKED))
    holdSuite('holds', farEnd(LOCKED))
  })

  test('scripts and holds leave nobody to bury in a container whose first process does not', async () => {
    await leavesNobody(farEnd(UNTOUCHED)())
  })

  test('a pod that is not there is told from all else', async () => {
    const tried = runScript(cluster, { ...WITH_SHELL, pod: 'nobody' }, { script: ':' }, { signal })
    await expect(tried).rejects.toMatchObject({ code: 'K8S.NOT_FOUND' })
  })

  test('200 MB come whole, and a program that dies in the middle is never a dump', async () => {
    const make = { script: 'dd if=/dev/zero bs=1M count=200 2>/dev/null' }
    await using whole = await streamScript(cluster, WITH_SHELL, make, { signal })
    for await (const chunk of whole.stdout) expect(chunk).toBeDefined()
    expect(await whole.ended).toMatchObject({ bytes: 200 * 1024 * 1024 })
    const killed = { script: 'dd if=/dev/zero bs=1M count=20 2>/dev/null; kill -KILL $$' }
    await using half = await streamScript(cluster, WITH_SHELL, killed, { signal })
    half.stdout.resume()
    await expect(half.ended).rejects.toThrow()
  })

  test.concurrent.each([100, 300, 600, 2000])(
    'a reader that takes its time after the first of %i KiB has all of it',
    async (kilobytes) => {
      const make = { script: `dd if=/dev/zero bs=1024 count=${kilobytes} 2>/dev/null` }
      await using slow = await streamScript(cluster, WITH_SHELL, make, { signal })
      let slept = false
      for await (const chunk of slow.stdout) {
        expect(chunk).toBeDefined()
        if (!slept) await sleep(12_000)
        slept = true
      }
      expect(await slow.ended).toMatchObject({ bytes: kilobytes * 1024 })
    },
  )

  test('a hold outlives nobody: the API server is stopped, and the pod thaws once', async () => {
    const api = kubernetes.machinery?.apiServer
    if (api === undefined) return
    const of = {
      id: 'frozen-api',
      directory: '/room',
      environment: {},
      quiesce: ': >/room/frozen',
      thaw: 'date +%s >>/room/thawed; rm /room/frozen',
    }
    const held = await holdInPod(cluster, WITH_SHELL, of, { signal })
    const { stdout } = await runScript(cluster, WITH_SHELL, { script: 'date +%s' }, { signal })
    api.freeze()
    await sleep(31_000)
    api.thaw()
    expect(await thawedElsewhere(cluster, WITH_SHELL, of, { signal })).toEqual({})
    const log = await runScript(cluster, WITH_SHELL, { script: 'cat /room/thawed' }, { signal })
    const thaws = log.stdout.toString().trim().split('\n')
    expect(thaws).toHaveLength(1)
    expect(Number(thaws[0]) - Number(stdout.toString())).toBeLessThanOrEqual(30)
    expect(await held.release({ signal })).toMatchObject({ stood: false })
  })
})
