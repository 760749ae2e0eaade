import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubernetesCluster, part, temporaryDirectory } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ended } from '../../salvage-kit.ts'
import { salvageKit } from '../../salvage-kit.ts'
import { shopManifests } from './shop.ts'

/** An API server without controllers: what the command line says before anything would have to happen. */
describe.skipIf(!part('kubernetes-api').available)('claims on the command line', () => {
  const namespace = `sk-api-${randomBytes(3).toString('hex')}`
  const target = `k8s:${namespace}/data`
  const folder = temporaryDirectory()
  let kubernetes: KubernetesCluster
  let kit: (...args: readonly string[]) => Promise<Ended>
  /** As a user who may do nothing yet. */
  let asUser: (...args: readonly string[]) => Promise<Ended>

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
    const admin = salvageKit(folder.path, { KUBECONFIG: kubernetes.kubeconfig })
    kit = async (...args) => admin(...args).ended
    const user = salvageKit(folder.path, { KUBECONFIG: await kubernetes.serviceAccount(namespace, 'user') })
    asUser = async (...args) => user(...args).ended
  })
  afterAll(async () => {
    await kubernetes?.[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  /** As an administrator does who gets the words of `doctor`. */
  const grant = async (hint: string): Promise<void> => kubernetes.apply(hint.slice(hint.indexOf('apiVersion:')))
  const configured = (name: string, text: string): readonly string[] => {
    const file = join(folder.path, name)
    writeFileSync(file, text)
    return ['--config', file]
  }

  test('a claim that has no volume is left out with the reason', async () => {
    const { code, out } = await kit('plan', target, '--to', 'csi:here', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      groups: [],
      skipped: [{ target, finding: { why: expect.stringContaining('Pending') } }],
    })
  })

  test('a plan says which workload is scaled down, and that the snapshot stays', async () => {
    const status = { status: { phase: 'Bound', capacity: { storage: '1Gi' } } }
    const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify(status)]
    await kubernetes.kubectl(['-n', namespace, 'patch', 'pvc', 'data', ...patch])
    const planned = await kit('plan', target, '--to', 'csi:here', '--json')
    expect(JSON.parse(planned.out)).toMatchObject({
      groups: [
        {
          targets: [target],
          whileQuiesced: [{ kind: 'snapshot', snapshotter: 'csi', ref: { keep: { store: { ref: 'csi:here' } } } }],
          afterResume: [],
        },
      ],
    })
    // Whoever has it made, it is of the cluster.
    expect(planned.out).toMatch(/"machine":\s*"k8s-[0-9a-f]{8}-[0-9a-f]{4}"/)
    const twice = ['plan', target, '--to', 'csi:nowhere', '--json']
    expect(JSON.parse((await kit(...twice)).out)).toMatchObject({
      skipped: [{ finding: { why: expect.stringContaining('nowhere') } }],
    })
  })

  test('a name that is not there, a cluster that is switched off and a tide of two places are one clear error each', async () => {
    expect(await kit('plan', `k8s:${namespace}/dta`, '--to', 'csi:')).toMatchObject({
      code: expect.any(Number),
      err: expect.stringMatching(/there is no target .*\n(?:.*\n)*.*did you mean/),
    })
    const off = configured('off.yaml', 'kubernetes: { enabled: false }\n')
    expect(await kit(...off, 'plan', target, '--to', 'csi:')).toMatchObject({
      code: 5,
      err: expect.stringContaining('switched off'),
    })
    expect((await kit('list', '--json')).out).toContain('"points": []')
    expect(await kit('list', target)).toMatchObject({ code: 0, err: 'no restore points\n' })
  })

  test('doctor prints the Roles that are missing, and with them all is good', async () => {
    const config = configured(
      'user.yaml',
      `docker: { enabled: false }\nkubernetes: { namespaces: [${namespace}], state: { namespace: ${namespace} } }\n`,
    )
    const refused = await asUser('plan', target, '--to', 'csi:')
    expect(refused.code).toBe(5)
    expect(refused.err).toMatch(/does not have the rights\n  why: missing: list pods, .*list replicasets\n/)
    expect(refused.err).toMatch(/kind: RoleBinding\n(?:.*\n)* +name: user\n/)
    // First those of journal and locks, without which nothing is looked at.
    for (const least of [1, 4]) {
      const lacking = await asUser('doctor', ...config, '--json')
      expect(lacking.code).toBe(5)
      const { checks }: { checks: readonly { finding?: { code: string; hint?: string } }[] } = JSON.parse(lacking.out)
      const roles = checks.flatMap(({ finding }) => (finding?.code === 'DOCTOR.RIGHTS' ? [finding.hint ?? ''] : []))
      expect(roles.length).toBeGreaterThanOrEqual(least)
      await Promise.all(roles.map(grant))
    }
    const good = await asUser('doctor', ...config)
    expect(good.out).toMatch(/^good +kubernetes: https:.*sk-api-/m)
    expect(await asUser(...config, 'plan', target, '--to', 'csi:')).toMatchObject({ code: 0 })
    expect(await asUser(...config, 'recover')).toMatchObject({ code: 0, out: 'nothing to recover\n' })
  })
})
