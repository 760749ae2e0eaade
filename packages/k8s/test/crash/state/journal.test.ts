import { setTimeout as sleep } from 'node:timers/promises'
import { kubernetesCluster, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { startChild } from '../../../../core/test/crash/child-process.ts'
import type { Child } from '../../../../core/test/crash/child-process.ts'
import { randomOf, SEED } from '../../../../core/test/crash/seed.ts'
import { connect } from '../../../src/client/connect.ts'
import { configMapJournal } from '../../../src/state/journal/config-map-journal.ts'
import { checkTold, idsOf } from './told.ts'

/** `SALVAGE_KILLS=60` for a long run. */
const KILLS = Number(process.env['SALVAGE_KILLS'] ?? 4)
const AT_ONCE = 4
const PLACE = { namespace: 'default', name: 'journal' }

function startWriter(kubeconfig: string, run: string, seed: number): Child {
  return startChild(new URL('journal-child.ts', import.meta.url).href, kubeconfig, PLACE.name, run, String(seed))
}

describe.skipIf(!part('kubernetes-api').available)('a journal in a real cluster', () => {
  it(`loses nothing that a killed writer was told is written, ${String(KILLS)} times (seed ${String(SEED)})`, async () => {
    const random = randomOf(SEED)
    await using kubernetes = await kubernetesCluster({ level: 'api' })
    await using cluster = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
    const journal = configMapJournal(cluster, PLACE)
    let opened = 0
    let untold = 0
    for (let kill = 0; kill < KILLS; kill += AT_ONCE) {
      const runs = Array.from({ length: AT_ONCE }, (_, at) => `run-${String(kill + at)}`)
      const writers = runs.map((run) => startWriter(kubernetes.kubeconfig, run, random() * 2 ** 32))
      await Promise.all(
        writers.map(async (writer) => {
          await writer.line('opened')
          await sleep(random() * 700)
          await writer.kill()
        }),
      )
      // A request of the dead may still be on its way.
      await sleep(200)
      for (const [index, run] of runs.entries()) {
        const lines = writers[index]?.lines ?? []
        const pending = await journal.pending(run)
        opened += idsOf(lines, 'opened').size
        untold += checkTold(lines, pending, `seed ${String(SEED)}, ${run}`)
        await journal.settle(pending.map(({ id }) => id))
      }
    }
    console.log(`seed ${String(SEED)}: ${String(KILLS)} kills, ${String(opened)} told, ${String(untold)} not told`)
    expect(opened).toBeGreaterThanOrEqual(KILLS)
    expect(await journal.pending()).toEqual([])
  })

  it('an API server that is killed in the middle costs time, and nothing that was told', async () => {
    await using kubernetes = await kubernetesCluster({ level: 'api' })
    const apiServer = kubernetes.machinery?.apiServer
    if (apiServer === undefined) throw new Error('the cluster is not of the testbed')
    await using writer = startWriter(kubernetes.kubeconfig, 'run-1', SEED)
    await writer.line('opened')
    for (let round = 0; round < 2; round += 1) {
      await apiServer.kill()
      await sleep(500)
      await apiServer.start()
      const { length } = writer.lines
      await expect.poll(() => writer.lines.length, { timeout: 30_000 }).toBeGreaterThan(length + 5)
    }
    await writer.kill()
    await using cluster = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
    checkTold(writer.lines, await configMapJournal(cluster, PLACE).pending(), `seed ${String(SEED)}`)
  })

  it('while the API server is away no undo is opened, so no step is made', async () => {
    await using kubernetes = await kubernetesCluster({ level: 'api' })
    const apiServer = kubernetes.machinery?.apiServer
    if (apiServer === undefined) throw new Error('the cluster is not of the testbed')
    await using cluster = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
    const journal = configMapJournal(cluster, { ...PLACE, patienceMs: 1500 })
    const undo = { kind: 'swap', target: 'dir:/x', token: 1 } as const
    const opened = await journal.open([{ runId: 'run-1', order: 0, undo }])
    for (const [away, back] of [
      ['freeze', 'thaw'],
      ['stop', 'start'],
    ] as const) {
      await apiServer[away]()
      await expect(journal.open([{ runId: 'run-2', order: 0, undo }])).rejects.toMatchObject({
        code: expect.stringMatching(/^(JOURNAL\.BUSY|K8S\.UNREACHABLE)$/),
        retryable: true,
      })
      await apiServer[back]()
    }
    const patient = configMapJournal(cluster, PLACE)
    // What a frozen server took when it was thawed may be there: as an intent.
    const pending = await patient.pending()
    expect(pending.slice(0, 1)).toEqual(opened)
    expect(pending.slice(1).every(({ runId, phase }) => runId === 'run-2' && phase === 'intent')).toBe(true)
    await patient.settle(pending.map(({ id }) => id))
    expect(await patient.pending()).toEqual([])
  })
})
