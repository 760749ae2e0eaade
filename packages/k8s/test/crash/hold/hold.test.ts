import { kubernetesCluster, part } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomOf, SEED } from '../../../../core/test/crash/seed.ts'
import type { Cluster } from '../../../src/index.ts'
import { connect } from '../../../src/index.ts'
import { loadCrane } from './goods.ts'
import type { LaneKind } from './kind.ts'
import { openLane } from './lane.ts'
import type { Lane } from './lane.ts'
import { packed } from './packed.ts'
import type { Packed } from './packed.ts'
import { blowOf, roundOf } from './storm.ts'
import { strikeLane } from './strike-lane.ts'
import { summaryOf } from './struck.ts'

/** Side by side: most of a blow is waiting, for a lease or a dead man's switch. */
const LANES = 12
/** More with `SALVAGE_K8S_KILLS=300`; what the runs said with `SALVAGE_SAYS=1`. */
const BLOWS = Number(process.env['SALVAGE_K8S_KILLS'] ?? 3)
const KINDS: readonly LaneKind[] = part('crane-images').available
  ? ['alone', 'offsite', 'together']
  : ['alone', 'together']

describe.skipIf(!part('kubernetes').available)(`runs that are killed or cut off (seed ${String(SEED)})`, () => {
  let on: KubernetesCluster
  let admin: Cluster
  let program: Packed
  let lanes: readonly Lane[] = []
  beforeAll(async () => {
    on = await kubernetesCluster({ level: 'node' })
    admin = await connect({ kubeconfig: on.kubeconfig, environment: {} })
    program = await packed(new URL('run-child.ts', import.meta.url))
    if (KINDS.includes('offsite')) await loadCrane(on)
    const places = Array.from({ length: Math.min(LANES, BLOWS) }, (_, at) => ({
      namespace: `sk-hold-${String(SEED)}-${String(at)}`,
      kind: KINDS[at % KINDS.length] ?? 'alone',
    }))
    lanes = await Promise.all(places.map(async (place) => openLane({ on, admin, program: program.href }, place)))
  })
  afterAll(async () => {
    for (const lane of lanes) await lane[Symbol.asyncDispose]()
    program?.[Symbol.dispose]()
    await admin?.[Symbol.asyncDispose]()
    await on?.[Symbol.asyncDispose]()
  })

  it(
    `leave nobody frozen for more than 30 s, nobody scaled down, and nothing behind, ${String(BLOWS)} times`,
    { timeout: 60_000 + BLOWS * 120_000 },
    async () => {
      const random = randomOf(SEED)
      const rounds = Array.from({ length: Math.ceil(BLOWS / lanes.length) }, (_, at) =>
        roundOf(on, blowOf(random), Math.min(lanes.length, BLOWS - at * lanes.length)),
      )
      const begun = performance.now()
      const struck = await Promise.all(
        lanes.map(async (lane, at) => {
          const own = rounds.slice(0, Math.ceil((BLOWS - at) / lanes.length))
          return strikeLane(lane, own, { seed: SEED, lane: at })
        }),
      )
      const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
      console.log(`seed ${String(SEED)}, ${minutes} minutes, ${summaryOf(struck.flat())}`)
      expect(struck.flat()).toHaveLength(BLOWS)
    },
  )
})
