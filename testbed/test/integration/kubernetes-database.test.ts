import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { kubernetesCluster, part } from '../../src/index.ts'
import { claim, snapshot } from '../kubernetes/manifests.ts'
import { postgres } from '../kubernetes/postgres.ts'

const kubernetes = part('kubernetes')
/** A cluster of the user's is not the testbed's. */
const theirs = (process.env['KUBECONFIG'] ?? '') !== ''
const image = part('postgres-image')
const CUTS = ['one', 'two', 'three']
/** The sums of an account, of its branch and of its history agree in every state that was committed. */
const SUMS =
  'select (select sum(abalance) from pgbench_accounts) || (select $$ $$ || sum(bbalance) from pgbench_branches) || (select $$ $$ || coalesce(sum(delta), 0) from pgbench_history)'

function inside(pod: string, ...words: readonly string[]): readonly string[] {
  return ['exec', pod, '--', ...words]
}

describe.skipIf(theirs || !kubernetes.available || !image.available)('a database in the cluster', () => {
  test('is whole in every snapshot that is made while it is written', async () => {
    await using cluster = await kubernetesCluster({ level: 'node' })
    await cluster.machinery?.node?.loadImages('salvage-test/postgres')
    const ready = async (...pods: readonly string[]): Promise<unknown> =>
      cluster.kubectl(['wait', '--for=condition=Ready', '--timeout=120s', ...pods])
    await cluster.apply(claim('data'), postgres('source', 'data'))
    await ready('pod/source')
    await cluster.kubectl(inside('source', 'pgbench', '-i', '-q', '-s', '2'))
    const writer = spawn(
      cluster.kubectlProgram,
      ['--kubeconfig', cluster.kubeconfig, ...inside('source', 'pgbench', '-c', '4', '-T', '120', '-P', '1')],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    await once(writer.stderr, 'data')
    try {
      for (const name of CUTS) {
        const began = performance.now()
        await cluster.apply(snapshot(name, 'data'))
        await cluster.kubectl([
          'wait',
          '--for=jsonpath={.status.readyToUse}=true',
          '--timeout=60s',
          `volumesnapshot/${name}`,
        ])
        console.log(`snapshot of a busy database in ${((performance.now() - began) / 1000).toFixed(1)} s`)
        expect(writer.exitCode).toBe(null)
      }
    } finally {
      writer.kill('SIGKILL')
    }
    // With what still writes in it.
    await cluster.kubectl(['delete', 'pod', 'source', '--wait=false'])
    await cluster.apply(...CUTS.flatMap((name) => [claim(name, 'csi-hostpath-sc', name), postgres(name, name)]))
    await ready(...CUTS.map((name) => `pod/${name}`))
    const histories: number[] = []
    for (const name of CUTS) {
      const sums = (await cluster.kubectl(inside(name, 'psql', '-At', '-c', SUMS))).trim().split(' ')
      expect(new Set(sums).size, `${name}: ${sums.join(' ')}`).toBe(1)
      histories.push(
        Number(await cluster.kubectl(inside(name, 'psql', '-At', '-c', 'select count(*) from pgbench_history'))),
      )
    }
    expect(histories[0]).toBeGreaterThan(0)
    expect(histories).toEqual(histories.toSorted((a, b) => a - b))
  })
})
