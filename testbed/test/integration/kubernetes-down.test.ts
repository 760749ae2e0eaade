import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { kubernetesCluster, part } from '../../src/index.ts'
import { machineState, tracesOf } from '../kubernetes/machine-state.ts'
import { claim, pod } from '../kubernetes/manifests.ts'

const kubernetes = part('kubernetes')
const HELD = join(import.meta.dirname, '../kubernetes/held-cluster.ts')

describe.skipIf(!kubernetes.available)('a cluster that is taken down', () => {
  test('changes nothing of the machine, and leaves nothing on it', async () => {
    const before = await machineState()
    const cluster = await kubernetesCluster({ level: 'node' })
    const folder = cluster.machinery?.folder ?? ''
    try {
      await cluster.apply(claim('data'), pod('one', ['data']))
      await cluster.kubectl(['wait', '--for=condition=Ready', '--timeout=90s', 'pod/one'])
      expect(await machineState()).toEqual(before)
      expect((await tracesOf(folder)).length).toBeGreaterThan(10)
    } finally {
      await cluster[Symbol.asyncDispose]()
    }
    expect(await tracesOf(folder)).toEqual([])
    expect(await machineState()).toEqual(before)
  })

  test('ends with the process that brought it up, and the next clears away the rest', async () => {
    const child = spawn(process.execPath, [HELD], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [said]: unknown[] = await once(child.stdout, 'data')
    const folder = String(said).trim()
    expect((await tracesOf(folder)).length).toBeGreaterThan(10)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const processes = async (): Promise<readonly string[]> =>
      (await tracesOf(folder)).filter((trace) => /^\d+ .*(kube|etcd|containerd|csi)/.test(trace))
    await expect.poll(processes, { timeout: 20_000 }).toEqual([])
    await using next = await kubernetesCluster({ level: 'api' })
    expect(next.machinery?.folder).not.toBe(folder)
    expect(await tracesOf(folder)).toEqual([])
  })
})
