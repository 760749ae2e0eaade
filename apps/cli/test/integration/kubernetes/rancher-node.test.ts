import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventsOf, salvageKit } from '../../salvage-kit.ts'
import { rancherServer } from './rancher-server.ts'
import type { RancherServer } from './rancher-server.ts'
import { CLASS, openShop } from './shop.ts'
import type { Shop } from './shop.ts'

/** A real node, behind the proxy of a Rancher server. */
describe.skipIf(!part('kubernetes').available)('a run in a cluster behind Rancher', () => {
  let shop: Shop
  let server: RancherServer
  let start: ReturnType<typeof salvageKit>
  const folder = temporaryDirectory()
  beforeAll(async () => {
    shop = await openShop()
    server = await rancherServer(folder.path, shop.kubernetes, shop.namespace)
    writeFileSync(join(folder.path, 'salvage-kit.yaml'), `docker: { enabled: false }\n${server.section('prod')}`)
    start = salvageKit(folder.path, { KUBECONFIG: '', HOME: folder.path, SALVAGE_CONFIG: '' })
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await shop?.[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  test('brings a workload to rest by commands in its pod, cuts its claim and restores it', async () => {
    const sum = (await shop.kubectl('exec', 'deploy/web', '--', 'sha256sum', '/data/seed')).split(' ')[0]
    await shop.kubectl('annotate', 'deployment', 'web', '--overwrite', ...HOOKS)
    const ended = await start('run', shop.target, '--to', `csi:${CLASS}`, '--json').ended
    expect(ended, `${ended.out}${ended.err}`).toMatchObject({ code: 0 })
    const types = eventsOf(ended.out).map(({ type }) => type)
    expect(types).toContain('workload.quiesced')
    expect(types).toContain('snapshot.kept')
    expect((await shop.kubectl('exec', 'deploy/web', '--', 'cat', '/data/rest')).split('\n')).toEqual([
      'pre',
      'post',
      '',
    ])
    const listed = await start('list', shop.target, '--json').ended
    expect(JSON.parse(listed.out)).toMatchObject({ points: [{ target: shop.target, store: `csi:${CLASS}` }] })
    const restored = await start('restore', shop.target, '--to', `k8s:${shop.namespace}/again`).ended
    expect(restored).toMatchObject({ code: 0 })
    expect((await shop.look('again', 'sha256sum', '/data/seed')).split(' ')[0]).toBe(sum)
    // It was made while the workload was at rest.
    expect(await shop.look('again', 'cat', '/data/rest')).toBe('pre\n')
    expect(await start('recover').ended).toMatchObject({ code: 0, out: 'nothing to recover\n' })
  })
})

const HOOKS = [
  'salvage-kit.io/quiesce=exec',
  'salvage-kit.io/pre=sh -c "echo pre >>/data/rest; sync /data/rest"',
  'salvage-kit.io/post=sh -c "echo post >>/data/rest; sync /data/rest"',
]
