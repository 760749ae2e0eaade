import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventsOf, salvageKit } from '../../salvage-kit.ts'
import { CLASS, openShop, until } from './shop.ts'
import type { Shop } from './shop.ts'

interface Point {
  readonly id: string
  readonly kind: string
  readonly store: string
  readonly target: string
}

describe.skipIf(!part('kubernetes').available)('claims of a namespace', () => {
  let shop: Shop
  const folder = temporaryDirectory()
  let kit: (...args: readonly string[]) => Promise<{ code: number; out: string; err: string }>
  let start: ReturnType<typeof salvageKit>
  beforeAll(async () => {
    shop = await openShop()
    start = salvageKit(folder.path, { KUBECONFIG: shop.kubernetes.kubeconfig, SALVAGE_CONFIG: '' })
    kit = async (...args) => start(...args).ended
  })
  afterAll(async () => {
    await shop?.[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  const points = async (): Promise<readonly Point[]> => {
    const { out } = await kit('list', shop.target, '--json')
    const { points: found }: { points: readonly Point[] } = JSON.parse(out)
    return found
  }

  test('are cut while their writers rest, and restored into new ones byte by byte', async () => {
    const sum = (await shop.kubectl('exec', 'deploy/web', '--', 'sha256sum', '/data/seed')).split(' ')[0]
    const plan = await kit('plan', shop.target, '--to', `csi:${CLASS}`)
    expect(plan).toMatchObject({ code: 0 })
    expect(await shop.snapshots()).toEqual([])
    const ended = await kit('run', shop.target, '--to', `csi:${CLASS}`, '--json')
    expect(ended).toMatchObject({ code: 0 })
    const types = eventsOf(ended.out).map(({ type }) => type)
    expect(types).toContain('workload.quiesced')
    expect(types).toContain('snapshot.kept')
    expect(await shop.replicas()).toBe(1)
    const found = await points()
    expect(found).toMatchObject([{ kind: 'snapshot', target: shop.target, store: `csi:${CLASS}` }])

    const restored = await kit('restore', shop.target, '--to', `k8s:${shop.namespace}/again`)
    expect(restored).toMatchObject({ code: 0 })
    const said = await shop.look('again', 'sha256sum', '/data/seed')
    expect(said.split(' ')[0]).toBe(sum)
    // What was written last before the cut is whole: its writer was at rest.
    expect(await shop.look('again', 'tail', '-c', '1', '/data/log')).toBe('\n')
    const taken = await kit('restore', shop.target, '--to', `k8s:${shop.namespace}/again`)
    expect(taken.code).not.toBe(0)
    expect(taken.err).toContain('there is a claim')
  })

  test('are pruned by the rules, and listed without anything that this machine remembers', async () => {
    expect(await kit('run', shop.target, '--to', `csi:${CLASS}`)).toMatchObject({ code: 0 })
    expect(await points()).toHaveLength(2)
    const pruned = await kit('prune', shop.target, '--from', `csi:${CLASS}`, '--keep-last', '1', '--json')
    expect(pruned).toMatchObject({ code: 0 })
    expect(await shop.snapshots()).toHaveLength(1)
    const elsewhere = await start('--state', join(folder.path, 'other'), 'list', shop.target, '--json').ended
    expect(JSON.parse(elsewhere.out)).toMatchObject({ points: await points(), unreachable: [] })
  })

  test('a run that is killed while the writers rest is taken back', async () => {
    const before = await shop.snapshots()
    // Nothing is cut meanwhile, so that the writers stay at rest.
    const controller = shop.kubernetes.machinery?.node?.snapshotController
    controller?.freeze()
    const { child, ended } = start('run', shop.target, '--to', `csi:${CLASS}`, '--json')
    await until(async () => (await shop.replicas()) === 0)
    child.kill('SIGKILL')
    await ended
    controller?.thaw()
    expect(await shop.replicas()).toBe(0)
    expect(await kit('plan', shop.target, '--to', 'csi:')).toMatchObject({ code: 4 })
    expect(await kit('recover')).toMatchObject({ code: 0 })
    expect(await shop.replicas()).toBe(1)
    expect(await shop.snapshots()).toEqual(before)
    await shop.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
  })

  test('are brought back in place, with their writers at rest meanwhile', async () => {
    const sum = (await shop.kubectl('exec', 'deploy/web', '--', 'sha256sum', '/data/seed')).split(' ')[0]
    await shop.kubectl('exec', 'deploy/web', '--', 'sh', '-c', 'echo x >/data/later; echo x >/data/seed; sync')
    const restored = await kit('restore', shop.target, '--in-place', '--yes')
    expect(restored).toMatchObject({ code: 0 })
    expect(await shop.replicas()).toBe(1)
    await shop.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    const said = await shop.kubectl('exec', 'deploy/web', '--', 'sh', '-c', 'sha256sum /data/seed; ls /data')
    expect(said).toContain(sum)
    expect(said).not.toContain('later')
  })

  test('the state may stand in the cluster, and the process have no disk', async () => {
    const state = `${shop.namespace}-state`
    await shop.kubernetes.kubectl(['create', 'namespace', state])
    const config = join(folder.path, 'cluster.yaml')
    writeFileSync(config, `kubernetes: { namespaces: [${shop.namespace}], state: { namespace: ${state} } }\n`)
    const nowhere = ['--config', config, '--state', '/proc/nowhere']
    const ran = await kit(...nowhere, 'run', shop.target, '--to', 'csi:')
    expect(ran).toMatchObject({ code: 0 })
    const stored = await shop.kubernetes.kubectl(['-n', state, 'get', 'configmaps,leases', '-o', 'name'])
    expect(stored).toContain('configmap/salvage-kit')
    expect(stored).toContain('lease.coordination.k8s.io/salvage-kit')
    expect(await kit(...nowhere, 'recover')).toMatchObject({ code: 0, out: 'nothing to recover\n' })
    const doctor = await kit(...nowhere, 'doctor')
    expect(doctor.out).toContain('kubernetes: https://')
    await shop.kubernetes.kubectl(['delete', 'namespace', state, '--wait=false'])
  })
})
