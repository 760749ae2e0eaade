import { setTimeout as sleep } from 'node:timers/promises'
import { kubernetesCluster, part } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomOf, SEED } from '../../../../core/test/crash/seed.ts'
import { openLane, uptime } from './lane.ts'
import type { Lane } from './lane.ts'
import { blowOf } from './storm.ts'

const LANES = 6
/** More with `SALVAGE_K8S_KILLS=300`; what the runs said with `SALVAGE_SAYS=1`. */
const BLOWS = Number(process.env['SALVAGE_K8S_KILLS'] ?? 3)
const PATIENCE_SECONDS = 30
const MOMENTS = ['workload.quiescing', 'workload.quiesced', 'workload.quiesced', 'snapshot.taken']
/** Of a run that was not killed. */
const ENDED_MS = 240_000

describe.skipIf(!part('kubernetes').available)(`runs that are killed or cut off (seed ${String(SEED)})`, () => {
  let on: KubernetesCluster
  let lanes: readonly Lane[] = []
  beforeAll(async () => {
    on = await kubernetesCluster({ level: 'node' })
    const names = Array.from({ length: Math.min(LANES, BLOWS) }, (_, at) => `sk-hold-${String(SEED)}-${String(at)}`)
    lanes = await Promise.all(names.map(async (name) => openLane(on, name)))
  })
  afterAll(async () => {
    for (const { namespace } of lanes) await on.kubectl(['delete', 'namespace', namespace, '--wait=false'])
    await on?.[Symbol.asyncDispose]()
  })

  it(
    `leave nobody frozen for more than 30 s, nobody scaled down, and nothing behind, ${String(BLOWS)} times`,
    { timeout: 60_000 + BLOWS * 120_000 },
    async () => {
      const random = randomOf(SEED)
      const longest: number[] = []
      for (let done = 0; done < BLOWS; done += lanes.length) {
        const blow = blowOf(random)
        const where = `seed ${String(SEED)}, blow ${String(done)}: ${blow.name}${blow.kills ? ', killed' : ''}`
        const ids = lanes.map((_, at) => `20261121t090000z-${(done + at).toString(16).padStart(6, '0')}`)
        const children = lanes.map((lane, at) => ({
          lane,
          child: lane.start(ids[at] ?? ''),
          moment: MOMENTS[Math.floor(random() * MOMENTS.length)] ?? '',
          after: random() * 1000,
        }))
        await Promise.all(children.map(async ({ child }) => child.line('planned')))
        let struck: Promise<number> | undefined
        const strike = async (): Promise<number> => {
          const at = uptime()
          await blow.strike(on)
          return at
        }
        const frozen = await Promise.all(
          children.map(async ({ lane, child, moment, after }) => {
            await child.ask('go')
            await Promise.race([child.line(moment).catch(() => ''), child.ended])
            await sleep(after)
            struck ??= strike()
            const at = uptime()
            if (blow.kills) await child.kill()
            const since = blow.name === 'SIGKILL' ? at : await struck
            await Promise.race([child.ended, sleep(ENDED_MS)])
            await child.kill()
            await lane.recovered(`${where}, ${child.lines.join(' ')}`)
            return lane.frozenAfter(since)
          }),
        )
        longest.push(...frozen)
        console.log(`${where}: frozen for ${frozen.map((one) => one.toFixed(1)).join(', ')} s after it`)
        if (process.env['SALVAGE_SAYS'] !== undefined)
          for (const { child } of children) console.log(`  ${child.lines.join(' ')}`)
        for (const one of frozen) expect(one, where).toBeLessThan(PATIENCE_SECONDS)
        await Promise.all(
          lanes.map(async (lane, at) =>
            lane.nextRun(`20261121t100000z-${(done + at).toString(16).padStart(6, '0')}`, where),
          ),
        )
      }
      console.log(`${String(longest.length)} blows, the longest freeze after one: ${Math.max(...longest).toFixed(1)} s`)
    },
  )
})
