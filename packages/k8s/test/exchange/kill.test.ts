import { memoryCatalog, memoryJournal, memoryLocks, recover, restore } from '@salvage-kit/core'
import type { Backend, Crane, Rig, Store } from '@salvage-kit/core'
import { expect, it } from 'vitest'
import { csiSnapshotter } from '../../src/snapshot/csi-snapshotter.ts'
import { claimOf } from '../../src/snapshot/claim-of.ts'
import type { Cluster } from '../../src/client/cluster.ts'
import { mortal } from '../integration/snapshot/mortal.ts'
import { claimWorld, NAMESPACE, RUN } from './world.ts'
import type { ClaimWorld } from './world.ts'

const target = `k8s:${NAMESPACE}/data` as const
const workload = `k8s:${NAMESPACE}/deployment/web` as const

/** One workload that writes to the claim; what a process is that works there with this cluster. */
function backendOf(world: ClaimWorld, web: { isUp: boolean }, on: Cluster): Backend {
  const lower = async (_point: unknown, _store: Store, place: Parameters<typeof claimOf>[0]): Promise<void> => {
    if ('isDead' in on && typeof on.isDead === 'function' && on.isDead() === true) throw new Error('killed')
    world.write(claimOf(place), 'fresh')
  }
  const crane: Crane = {
    id: 'job',
    media: new Set(['pvc']),
    preflight: async () => undefined,
    lift: async () => {
      throw new Error('nothing is lifted here')
    },
    clear: async () => undefined,
    archives: { async *list() {}, lower, remove: async () => undefined, withdraw: async () => undefined },
  }
  return {
    id: 'k8s',
    discovery: {
      survey: async () => ({
        targets: [{ ref: target, source: { ...world.source }, project: NAMESPACE, tides: [] }],
        workloads: [
          {
            id: workload,
            name: 'web',
            state: web.isUp ? 'running' : 'stopped',
            uses: [target],
            dependsOn: [],
            quiesce: [{ quiescer: 'scale', settings: {} }],
            down: { quiescer: 'scale', settings: {} },
          },
        ],
        problems: [],
      }),
      async *watch({ signal }) {
        yield 'ready'
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    },
    quiescers: [
      {
        id: 'scale',
        prepare: async () => ({}),
        quiesce: async () => void (web.isUp = false),
        resume: async () => {
          web.isUp = true
          return []
        },
        atRest: async () => (web.isUp ? { atRest: false, why: 'it is up' } : { atRest: true }),
      },
    ],
    snapshotters: [csiSnapshotter(on, { namespaces: [NAMESPACE] })],
    cranes: [crane],
    exchangers: [world.exchanger(on)],
  }
}

it.each(['csi', 'archive'] as const)(
  'a restore in place from %s that is killed at any call leaves the whole former or the whole new claim',
  async (kind) => {
    const seen = new Set<string>()
    let calls = 1
    for (; ; calls += 1) {
      const world = claimWorld({ settings: { boundMs: 1 } })
      const web = { isUp: true }
      const journal = memoryJournal()
      const locks = memoryLocks()
      const rig = (on: Cluster): Rig => ({
        backends: [backendOf(world, web, on)],
        journal,
        catalog: memoryCatalog(),
        locks,
        report: () => undefined,
        now: () => new Date('2026-11-21T08:00:00.000Z'),
      })
      const dying = mortal(world.cluster, calls)
      const request = { runId: RUN, ...world.from(kind), to: target, inPlace: true, maxHoldMs: 60_000 }
      const report = await restore(rig(dying), request).catch((error: unknown) => error)
      locks.kill(RUN)
      // The recovery is killed too, at another call each time.
      await recover(rig(mortal(world.cluster, 1 + (calls % 9))), { signal: AbortSignal.timeout(60_000) }).catch(
        () => undefined,
      )
      locks.kill(RUN)
      const { stuck } = await recover(rig(world.cluster), { signal: AbortSignal.timeout(60_000) })
      const at = `call ${String(calls)}`
      expect(stuck, at).toEqual([])
      expect(await journal.pending(), at).toEqual([])
      expect(web.isUp, at).toBe(true)
      expect(world.leftovers(), at).toEqual([])
      const content = world.read() ?? 'nothing'
      expect(['former', 'fresh'], at).toContain(content)
      expect(world.claim()?.metadata, at).toMatchObject({ name: 'data', annotations: { team: 'sales' } })
      expect(world.claim()?.metadata.labels, at).toEqual({ app: 'web' })
      seen.add(`${content}${world.claim()?.metadata.uid === world.source.uid ? '' : ', anew'}`)
      if (dying.isDead()) continue
      expect(report).toMatchObject({ outcome: 'good' })
      expect(content).toBe('fresh')
      break
    }
    expect([...seen].toSorted()).toEqual(['former', 'former, anew', 'fresh, anew'])
    expect(calls).toBeGreaterThan(kind === 'csi' ? 25 : 28)
  },
)
