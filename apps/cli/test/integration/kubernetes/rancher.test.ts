import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubernetesCluster, part, temporaryDirectory } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ended } from '../../salvage-kit.ts'
import { salvageKit } from '../../salvage-kit.ts'
import { BEARER, rancherServer } from './rancher-server.ts'
import type { RancherServer } from './rancher-server.ts'
import { shopManifests } from './shop.ts'

/** A real API server, behind the proxy of a Rancher server. */
describe.skipIf(!part('kubernetes-api').available)('claims of a cluster behind Rancher', () => {
  const namespace = `sk-rancher-${randomBytes(3).toString('hex')}`
  const target = `k8s:${namespace}/data`
  const folder = temporaryDirectory()
  let kubernetes: KubernetesCluster
  let server: RancherServer
  let kit: (...args: readonly string[]) => Promise<Ended>

  beforeAll(async () => {
    kubernetes = await kubernetesCluster({ level: 'api' })
    await kubernetes.kubectl(['create', 'namespace', namespace])
    await kubernetes.apply(...shopManifests(namespace), {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'here' },
      driver: 'csi.example.org',
      deletionPolicy: 'Delete',
    })
    const status = { status: { phase: 'Bound', capacity: { storage: '1Gi' } } }
    const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify(status)]
    await kubernetes.kubectl(['-n', namespace, 'patch', 'pvc', 'data', ...patch])
    server = await rancherServer(folder.path, kubernetes, namespace)
    // No kubeconfig is there to be found.
    const run = salvageKit(folder.path, { KUBECONFIG: '', HOME: folder.path, SALVAGE_CONFIG: '' })
    kit = async (...args) => {
      const ended = await run(...args).ended
      expect(`${ended.out}${ended.err}`).not.toContain(BEARER.split(':')[1])
      return ended
    }
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await kubernetes?.[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  const configured = (name: string, text: string): readonly string[] => {
    const file = join(folder.path, `${name}.yaml`)
    writeFileSync(file, `docker: { enabled: false }\n${text}`)
    return ['--config', file]
  }

  test('are planned, by the name of the cluster and by its id', async () => {
    for (const cluster of ['prod', 'c-m-1']) {
      const config = configured('named', server.section(cluster))
      const { code, out } = await kit(...config, 'plan', target, '--to', 'csi:here', '--json')
      expect(code).toBe(0)
      expect(JSON.parse(out)).toMatchObject({
        groups: [{ targets: [target], whileQuiesced: [{ kind: 'snapshot', snapshotter: 'csi' }] }],
      })
      // The same wherever it is reached from.
      expect(out).toMatch(/"machine":\s*"k8s-[0-9a-f]{8}-[0-9a-f]{4}"/)
    }
  })

  test('are found in the namespaces of a project, by all that looks around', async () => {
    const config = configured('project', server.section('prod', '  projects: [Shop]\n'))
    const doctor = await kit(...config, 'doctor')
    expect(doctor.out).toMatch(
      new RegExp(`^good +kubernetes: ${RegExp.escape(server.origin)}/k8s/clusters/c-m-1, ${namespace}$`, 'm'),
    )
    const tide = 'kubernetes: { enabled: true }\ntides: { nightly: { to: "csi:here" } }\n'
    const whole = configured('tide', `${server.section('prod', '  projects: [Shop]\n')}${tide}`)
    await kubernetes.kubectl(['-n', namespace, 'annotate', 'pvc', 'data', 'salvage-kit.io/tides=nightly'])
    const planned = await kit(...whole, 'plan', '--tide', 'nightly', '--json')
    expect(JSON.parse(planned.out)).toMatchObject({ groups: [{ targets: [target] }] })
    expect(await kit(...whole, 'list', target)).toMatchObject({ code: 0, err: 'no restore points\n' })
    const wrong = configured('wrong', server.section('prod', '  projects: [Shp]\n'))
    expect(await kit(...wrong, 'doctor')).toMatchObject({
      code: 5,
      out: expect.stringMatching(/no project "Shp"[^]*Shop/),
    })
  })

  // The proxy would keep whoever asks it waiting for longer than the test may take.
  test('of a cluster whose agent is away are refused at once, and doctor says why', async () => {
    const config = configured('lost', server.section('lost'))
    const planned = await kit(...config, 'plan', target, '--to', 'csi:here')
    expect(planned).toMatchObject({
      code: 5,
      err: expect.stringMatching(/Rancher cannot reach the cluster lost \(c-m-2\)[^]*agent is not connected/),
    })
    const doctor = await kit(...config, 'doctor')
    expect(doctor).toMatchObject({ code: 5, out: expect.stringMatching(/^bad +kubernetes: Rancher cannot reach/m) })
    // Points elsewhere are listed all the same.
    expect(await kit(...config, 'list', target)).toMatchObject({
      code: 0,
      err: expect.stringContaining('lost (c-m-2)'),
    })
  })

  test('a cluster that is not there, a token that is not known and a certificate that is not are one clear error each', async () => {
    const nowhere = configured('nowhere', server.section('prd'))
    expect((await kit(...nowhere, 'plan', target, '--to', 'csi:')).err).toMatch(/no cluster "prd"[^]*prod \(c-m-1\)/)
    const text = server.section('prod')
    const plain = configured('plain', text.replace(/\n {2}caFile.*/, ''))
    expect((await kit(...plain, 'plan', target, '--to', 'csi:')).err).toContain('certificate of the server')
    const other = join(folder.path, 'other-token')
    writeFileSync(other, 'token-other:x')
    const unknown = configured('unknown', text.replace(server.tokenFile, other))
    expect((await kit(...unknown, 'plan', target, '--to', 'csi:')).err).toContain('does not know this key')
  })

  test('a kubeconfig besides is refused before anything is asked', async () => {
    const both = configured('both', `${server.section('prod')}kubernetes: { kubeconfig: ${kubernetes.kubeconfig} }\n`)
    expect((await kit(...both, 'plan', target, '--to', 'csi:')).err).toContain('both say how the cluster is reached')
  })
})
