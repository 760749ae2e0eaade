import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { command, part } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { scene } from './scene.ts'
import type { Scene } from './scene.ts'

describe.skipIf(!part('dockerd').available)('scenarios of the original: D-20 a swarm of one machine', () => {
  let on: Scene
  beforeAll(async () => {
    on = await scene()
    const pid = (await readFile(join(dirname(on.engine.socket), 'pid'), 'utf8')).trim()
    await command('nsenter', ['--net', '--target', pid, 'ip', 'link', 'set', 'lo', 'up'])
    await on.cli('swarm', 'init', '--advertise-addr=127.0.0.1')
    await on.volume('p1_data')
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '2' })
  })
  afterEach(() => on.cli('service', 'rm', 'web'))
  afterAll(() => on[Symbol.asyncDispose]())

  async function service(...args: readonly string[]): Promise<void> {
    const made = ['service', 'create', '--quiet', '--detach', '--network=host', '--name=web', ...args]
    const label = '--container-label=salvage.tide.d=g:p1_data'
    const mount = '--mount=type=volume,source=p1_data,target=/data'
    const script = 'trap "exit 0" TERM; while :; do sleep 86400 & wait $!; done'
    await on.cli(...made, label, mount, 'salvage-test/busybox', 'sh', '-c', script)
    await expect.poll(replicas, { timeout: 30_000 }).toBe('2/2')
  }
  const replicas = async (): Promise<string> => on.cli('service', 'ls', '--format={{.Replicas}}')

  it('a replicated service has no tasks while it is copied, and then as many as before', async () => {
    await service('--replicas=2')
    const during: string[] = []
    const { report } = await on.tide('d', { during: async () => during.push(await replicas()) })
    expect(report).toMatchObject({ outcome: 'good', stuck: [] })
    expect([during, await replicas()]).toEqual([['0/0'], '2/2'])
  })

  it('somebody scales it meanwhile: the copy does not count, and it stays as they want it', async () => {
    await service('--replicas=2')
    const { report } = await on.tide('d', { during: () => on.cli('service', 'scale', '--detach', 'web=1') })
    expect(report.groups[0]?.tainted).toContain('docker:service:web did "start"')
    expect(report.outcome).toBe('failed')
    expect(await replicas()).toBe('1/1')
  })

  it('after a process that was killed the next one puts it back', async () => {
    await service('--replicas=2')
    await on.dead()
    expect(await replicas()).toBe('0/0')
    const { report } = await on.tide()
    if (report.outcome !== 'good') console.log(JSON.stringify(report, null, 1))
    expect([report.outcome, await replicas()]).toEqual(['good', '2/2'])
  })
})
