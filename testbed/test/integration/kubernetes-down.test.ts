import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { command, kubernetesCluster, part } from '../../src/index.ts'
import { kubectlProgram } from '../../src/kubernetes/kubectl.ts'
import { lastingFolder } from '../../src/kubernetes/place.ts'
import { machineState, tracesOf } from '../kubernetes/machine-state.ts'
import { claim, pod } from '../kubernetes/manifests.ts'

const kubernetes = part('kubernetes')
/** A cluster of the user's is not the testbed's. */
const theirs = (process.env['KUBECONFIG'] ?? '') !== ''
const COMMANDS = join(import.meta.dirname, '../../src/kubernetes')
const HELD = join(import.meta.dirname, '../kubernetes/held-cluster.ts')

describe.skipIf(theirs || !kubernetes.available)('a cluster that is taken down', () => {
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

  test.skipIf(existsSync(lastingFolder()))(
    'stays with one command, for every process, and goes with another',
    async () => {
      const said = await command(process.execPath, [join(COMMANDS, 'up.ts'), '--level', 'api'])
      const kubeconfig = /^export KUBECONFIG=(.*)$/m.exec(said)?.[1] ?? ''
      try {
        vi.stubEnv('KUBECONFIG', kubeconfig)
        await using same = await kubernetesCluster({ level: 'node' })
        await same.kubectl(['create', 'configmap', 'kept'])
        await same.machinery?.apiServer.kill()
        await same.machinery?.apiServer.start()
      } finally {
        vi.unstubAllEnvs()
      }
      const here = ['--kubeconfig', kubeconfig, 'get', 'configmap', 'kept', '-o', 'name']
      expect(await command(kubectlProgram(), here)).toBe('configmap/kept\n')
      await command(process.execPath, [join(COMMANDS, 'down.ts')])
      expect(existsSync(lastingFolder())).toBe(false)
      expect((await tracesOf(lastingFolder())).filter((trace) => trace.includes(lastingFolder()))).toEqual([])
    },
  )
})
