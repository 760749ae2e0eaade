import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Json, WorkloadEvent } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/index.ts'
import { execQuiescer, kubernetesDiscovery, KINDS, scaleQuiescer } from '../../../src/index.ts'
import { contracts } from './contracts.ts'
import { PATIENT, podSpec, until } from './manifest.ts'
import type { Shop } from './shop.ts'
import { NAMESPACE as namespace, openShop } from './shop.ts'

const options = { signal: new AbortController().signal }
const YES = { ...options, quiesced: 'yes' } as const
const MAYBE = { ...options, quiesced: 'maybe' } as const
const child = new URL('../../crash/quiesce/quiesce-child.ts', import.meta.url).pathname

describe.skipIf(!part('kubernetes').available)('a tenant of one namespace', () => {
  let shop: Shop
  let cluster: Cluster
  /** Of a workload that rests from the beginning on, watched by an autoscaler. */
  let autoscaled: Json

  beforeAll(async () => {
    shop = await openShop()
    cluster = shop.cluster
    const quiescer = scaleQuiescer(cluster)
    autoscaled = await quiescer.prepare(`k8s:${namespace}/deployment/auto`, {}, options)
    await quiescer.quiesce(autoscaled, options)
  })
  afterAll(() => shop?.[Symbol.asyncDispose]())

  test('finds every kind of workload, what it uses and how it comes to rest', async () => {
    const { targets, workloads, problems } = await kubernetesDiscovery(cluster, { namespaces: [namespace] }).survey(
      options,
    )
    expect(problems).toEqual([])
    expect(targets.map(({ ref, tides }) => [ref, tides])).toEqual(
      [
        ['agent-data', []],
        ['bare-data', []],
        ['data-db-0', []],
        ['data-db-1', []],
        ['job-data', []],
        ['nobody-data', []],
        ['web-data', ['nightly']],
      ].map(([name, tides]) => [`k8s:${namespace}/${String(name)}`, tides]),
    )
    expect(
      workloads.map(({ id, state, uses, quiesce, down }) => [
        id.slice(`k8s:${namespace}/`.length),
        state,
        uses.map((ref) => ref.slice(`k8s:${namespace}/`.length)),
        quiesce.map(({ quiescer }) => quiescer),
        down?.quiescer,
      ]),
    ).toEqual([
      ['daemonset/agent', 'running', ['agent-data'], [], undefined],
      ['deployment/auto', 'stopped', [], [], 'k8s.scale'],
      ['deployment/web', 'running', ['web-data'], ['k8s.scale'], 'k8s.scale'],
      ['job/import', 'running', ['job-data'], [], undefined],
      ['pod/bare', 'running', ['bare-data'], ['k8s.exec'], undefined],
      ['statefulset/db', 'running', ['data-db-0', 'data-db-1'], ['k8s.scale'], 'k8s.scale'],
    ])
  })

  test('a StatefulSet whose pods ignore SIGTERM comes to rest, back exactly, and is watched', async () => {
    const discovery = kubernetesDiscovery(cluster, { namespaces: [namespace] })
    const stop = new AbortController()
    const told: WorkloadEvent[] = []
    const ready = Promise.withResolvers<void>()
    const watching = (async () => {
      for await (const event of discovery.watch({ signal: stop.signal }))
        if (event === 'ready') ready.resolve()
        else told.push(event)
    })()
    await ready.promise
    const quiescer = scaleQuiescer(cluster)
    const token = await quiescer.prepare(`k8s:${namespace}/statefulset/db`, {}, options)
    await quiescer.quiesce(token, options)
    expect(await shop.podNames('db')).toBe('')
    expect(await quiescer.atRest?.(token, options)).toEqual({ atRest: true })
    const down = told.length
    expect(await scaleQuiescer(cluster).resume(token, MAYBE)).toEqual([])
    expect(await shop.replicasOf('statefulset', 'db')).toBe(2)
    expect(await quiescer.healthy?.(token, options)).toEqual([])
    expect((await shop.podNames('db')).trim().split('\n')).toHaveLength(2)
    await until('the watch has told of both', async () => told.filter(({ what }) => what === 'added').length === 2)
    stop.abort()
    await watching
    const ofDb = told.filter(({ workload }) => workload === `k8s:${namespace}/statefulset/db`)
    expect(ofDb.slice(0, down).every(({ type }) => type === 'falling')).toBe(true)
    expect(new Set(ofDb.flatMap(({ uses }) => uses))).toEqual(
      new Set([`k8s:${namespace}/data-db-0`, `k8s:${namespace}/data-db-1`]),
    )
    expect(ofDb.map(({ what }) => what)).toContain('removed')
  })

  test('what a person changed meanwhile is left and told', async () => {
    const quiescer = scaleQuiescer(cluster)
    const token = await quiescer.prepare(`k8s:${namespace}/deployment/web`, {}, options)
    await shop.scaleTo('deployment', 'web', 3)
    await expect(quiescer.quiesce(token, options)).rejects.toMatchObject({ code: 'SCALE.CHANGED', untouched: true })
    await shop.scaleTo('deployment', 'web', 1)
    await quiescer.quiesce(token, options)
    await shop.scaleTo('deployment', 'web', 2)
    expect(await quiescer.atRest?.(token, options)).toMatchObject({ atRest: false })
    expect(await quiescer.resume(token, YES)).toMatchObject([{ code: 'SCALE.CHANGED' }])
    expect(await shop.replicasOf('deployment', 'web')).toBe(2)
    await shop.scaleTo('deployment', 'web', 1)
  })

  test.each(['deployment/web', 'pod/bare'])('%s comes back when the tool is killed in its hold', async (workload) => {
    await shop.inBare('rm -f /room/log')
    const tool = spawn(process.execPath, [child, shop.tenant, `k8s:${namespace}/${workload}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const token = await tokenFrom(tool.stdout)
    tool.kill('SIGKILL')
    await once(tool, 'exit')
    if (workload === 'pod/bare') {
      // Nobody does anything: the pod thaws by itself.
      await until('the pod has thawed', async () => (await shop.inBare('cat /room/log')).includes('thawed'))
      expect(await execQuiescer(cluster).resume(token, MAYBE)).toEqual([])
      expect(await shop.inBare('cat /room/log; ls /room')).toBe('quiesced\nthawed\nlog')
    } else {
      expect(await shop.replicasOf('deployment', 'web')).toBe(0)
      expect(await scaleQuiescer(cluster).resume(token, MAYBE)).toEqual([])
      expect(await shop.replicasOf('deployment', 'web')).toBe(1)
    }
  })

  test('a pod that is removed while it is held has nothing to be undone', async () => {
    await shop.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'brief' }, spec: podSpec(PATIENT) })
    const quiescer = execQuiescer(cluster)
    const id = `k8s:${namespace}/pod/brief`
    await until('it runs', async () =>
      quiescer.prepare(id, { pre: ['true'] }, options).then(
        () => true,
        () => false,
      ),
    )
    const token = await quiescer.prepare(id, { pre: ['true'], post: ['true'] }, options)
    await quiescer.quiesce(token, options)
    expect(await quiescer.atRest?.(token, options)).toEqual({ atRest: true })
    await shop.on.kubectl(['-n', namespace, 'delete', 'pod', 'brief', '--grace-period=1'])
    expect(await quiescer.atRest?.(token, options)).toMatchObject({ atRest: false })
    expect(await quiescer.resume(token, YES)).toEqual([])
  })

  test('a command that fails or hangs is undone', async () => {
    const quiescer = execQuiescer(cluster)
    const id = `k8s:${namespace}/pod/bare`
    const post = ['sh', '-c', 'echo thawed >>/room/log']
    for (const [pre, code] of [
      [['false'], 'HOOK.FAILED'],
      [['sleep', '100'], 'HOOK.TIMEOUT'],
    ] as const) {
      await shop.inBare('rm -f /room/log')
      const token = await quiescer.prepare(id, { pre: [...pre], post, timeoutMs: 2000 }, options)
      await expect(quiescer.quiesce(token, options)).rejects.toMatchObject({ code })
      expect(await quiescer.resume(token, MAYBE)).toEqual([])
      expect(await shop.inBare('cat /room/log')).toBe('thawed')
    }
  })

  contracts(() => shop)

  test('an autoscaler leaves alone what rests', async () => {
    await until('the autoscaler has looked', async () => {
      const path = 'jsonpath={.status.conditions[?(@.type=="ScalingActive")].reason}'
      return (await shop.on.kubectl(['-n', namespace, 'get', 'hpa', 'auto', '-o', path])) === 'ScalingDisabled'
    })
    expect(await shop.replicasOf('deployment', 'auto')).toBe(0)
    expect(await shop.podNames('auto')).toBe('')
    expect(await scaleQuiescer(cluster).resume(autoscaled, YES)).toEqual([])
    expect(await shop.replicasOf('deployment', 'auto')).toBe(2)
  })

  test('the claim of a source is known from another of its name', async () => {
    const { confirm } = kubernetesDiscovery(cluster)
    const uid = (await cluster.get(KINDS.claim, { namespace, name: 'nobody-data' }, options))?.metadata.uid ?? ''
    const source = { medium: 'pvc', namespace, name: 'nobody-data' } as const
    await confirm({ ...source, uid }, options)
    await expect(confirm({ ...source, uid: 'other' }, options)).rejects.toMatchObject({ code: 'K8S.CLAIM_GONE' })
    await expect(confirm({ ...source, name: 'none' }, options)).rejects.toMatchObject({ code: 'K8S.CLAIM_GONE' })
  })
})

/** The first line is the token, the second says that it is at rest. */
async function tokenFrom(stdout: AsyncIterable<unknown>): Promise<Json> {
  let text = ''
  for await (const chunk of stdout) {
    text += String(chunk)
    const [token = '', , end] = text.split('\n')
    if (end !== undefined) return JSON.parse(token)
  }
  throw new Error(`the tool ended: ${text}`)
}
