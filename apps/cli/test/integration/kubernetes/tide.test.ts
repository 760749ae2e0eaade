import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventsOf, salvageKit } from '../../salvage-kit.ts'
import type { Running } from '../../salvage-kit.ts'
import { openShop, until } from './shop.ts'
import type { Shop } from './shop.ts'

const READY = part('kubernetes').available && part('crane-images').available
const IMAGE = 'salvage-kit/crane-restic'

describe.skipIf(!READY)('a tide that keeps its cuts and lifts them elsewhere', () => {
  let shop: Shop
  let start: ReturnType<typeof salvageKit>
  let daemon: Running | undefined
  const folder = temporaryDirectory()
  beforeAll(async () => {
    shop = await openShop()
    await shop.kubernetes.machinery?.node?.loadImages(IMAGE)
    await shop.kubernetes.apply(...repository(shop.namespace))
    mkdirSync(join(folder.path, 'd'))
    writeFileSync(join(folder.path, 'salvage-kit.yaml'), config(shop))
    start = salvageKit(folder.path, { KUBECONFIG: shop.kubernetes.kubeconfig })
  })
  afterAll(async () => {
    daemon?.child.kill('SIGKILL')
    await daemon?.ended
    await shop?.[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  test('is run by the daemon, from one cut, and pruned by its rules in both places', async () => {
    expect(await start('config', 'check', '--no-docker').ended).toMatchObject({ code: 0 })
    daemon = start('daemon', '--json')
    await until(async () => (await start('status').ended).err.includes('ready'))
    // The repository is not there yet.
    expect(await start('run', '--tide', 'nightly', '--init').ended).toMatchObject({ code: 0 })
    const triggered = await start('trigger', 'nightly', '--json').ended
    expect(triggered).toMatchObject({ code: 0 })
    const events = eventsOf(triggered.out).map((line) => JSON.stringify(line))
    expect(events.some((text) => text.includes('snapshot.kept'))).toBe(true)
    expect(events.some((text) => text.includes('lift.finished'))).toBe(true)
    expect(await shop.replicas()).toBe(1)
    const listed = await start('list', '--json').ended
    expect(listed.code).toBe(0)
    const { points }: { points: readonly { store: string; id: string }[] } = JSON.parse(listed.out)
    expect(points.map(({ store }) => store).toSorted()).toEqual(['csi:default', 'job:offsite'])
    expect(await shop.snapshots()).toHaveLength(1)
    const judged = JSON.parse((await start('prune', '--tide', 'nightly', '--dry-run', '--json').ended).out)
    expect(judged).toMatchObject({
      verdicts: [
        { point: { store: 'job:offsite' }, keep: true },
        { point: { store: 'csi:default' }, keep: true },
      ],
      removed: [],
    })
    daemon.child.kill('SIGTERM')
    expect((await daemon.ended).code).toBe(0)
  })

  test('is restored from the archive, which is read by a Job', async () => {
    const sum = (await shop.kubectl('exec', 'deploy/web', '--', 'sha256sum', '/data/seed')).split(' ')[0]
    const restored = await start('restore', shop.target, '--from', 'offsite', '--to', `k8s:${shop.namespace}/far`).ended
    expect(restored).toMatchObject({ code: 0 })
    expect((await shop.look('far', 'sha256sum', '/data/seed')).split(' ')[0]).toBe(sum)
    expect(await start('verify', shop.target, '--from', 'offsite').ended).toMatchObject({ code: 0 })
    expect(await shop.kubectl('get', 'jobs', '-o', 'name')).toBe('')
  })
})

function config({ namespace, target }: Shop): string {
  return `docker: { enabled: false }
kubernetes: { namespaces: [${namespace}] }
stores:
  offsite:
    kind: job
    namespace: ${namespace}
    image: ${IMAGE}
    pull: never
    actions: [lift, lower, list, check, forget]
    deduplicates: true
    env: { RESTIC_REPOSITORY: /repository/restic }
    secrets: { RESTIC_PASSWORD: { secret: restic, key: password } }
    mounts: { repository: /repository }
    scratch: [/tmp, /cache]
    user: root
    startTimeout: 2m
tides:
  nightly: { targets: ['${target}'], snapshots: 'csi:', to: offsite, cron: '0 0 1 1 *', keep: { last: 1 } }
`
}

/** A claim that Jobs write their repository to, and its password. */
function repository(namespace: string): readonly object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'repository', namespace, annotations: { 'salvage-kit.io/exclude': 'true' } },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'csi-hostpath-sc',
        resources: { requests: { storage: '1Gi' } },
      },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'restic', namespace }, stringData: { password: 'hunter2' } },
  ]
}
