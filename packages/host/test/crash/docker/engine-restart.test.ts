import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { part } from '@salvage-kit/testbed'
import { runChild } from './kill.ts'
import type { Ended } from './kill.ts'
import { expectRecovered } from './recovered.ts'
import { seeded, SEED } from './seed.ts'
import { VOLUMES, yard } from './yard.ts'
import type { Yard } from './yard.ts'

const RESTARTS = 8
const MANY = 50

/** Up again after an engine restart, as services are: what is down then is down because of us. */
const ALWAYS = ['stopper', 'pauser', 'hooker']

describe.skipIf(!part('docker').available)(`an engine that restarts in the middle (seed ${String(SEED)})`, () => {
  let there: Yard
  let before: unknown
  beforeAll(async () => {
    there = await yard()
    for (const name of ALWAYS) await there.cli('update', '--restart=always', name)
    await there.cli('unpause', 'napping')
    await there.cli('stop', 'napping')
    before = await there.state()
  })
  afterAll(async () => {
    await there[Symbol.asyncDispose]()
  })

  it(`puts everything back, ${String(RESTARTS)} restarts, half of them with our process killed as well`, async () => {
    const next = seeded(SEED)
    for (let round = 0; round < RESTARTS; round += 1) {
      const wishes = {
        host: there.engine.host,
        state: join(there.folder, 'state'),
        work: 'run-crane',
        runId: `20261121t090000z-${String(round).padStart(6, '0')}`,
        archives: join(there.folder, 'archives'),
        volumes: VOLUMES,
      } as const
      const ms = 200 + Math.round(next() * 1500)
      const child = runChild(wishes, round % 2 === 0 ? ms : undefined).catch(cameTooLate)
      await delay(700 + ms)
      await (round % 4 < 2 ? there.engine.kill() : there.engine.stop())
      await there.engine.start()
      const ended = await child
      await settledDown(there)
      await expectRecovered(there, before, `restart ${String(round)}: ${ended.output}`)
    }
  })
})

describe.skipIf(!part('docker').available)(`a hold of ${String(MANY)} containers`, () => {
  it('is taken back in 5 s', async () => {
    await using there = await yard()
    for (let n = 0; n < MANY; n += 1) await there.container(`many${String(n)}`, ['--volume=data:/data:ro'])
    const before = await there.state()
    // Kills itself when every workload is at rest and the first copy begins.
    const wishes = {
      host: there.engine.host,
      state: join(there.folder, 'state'),
      work: 'run-crane',
      runId: '20261121t100000z-000001',
      archives: join(there.folder, 'archives'),
      volumes: ['data', 'shared'],
      at: 'before container.lift',
    } as const
    const ended = await runChild(wishes)
    expect(ended.output).toContain('killed at before container.lift')
    const ms = await expectRecovered(there, before, ended.output)
    console.log(`${String(MANY)} containers were put back in ${String(Math.round(ms))} ms`)
    // The bound of the promise, with room for a machine that does other things as well.
    expect(ms).toBeLessThan(15_000)
  })
})

/** On a busy machine the engine may go before a process has looked at it: then that says so, and touches nothing. */
function cameTooLate(error: unknown): Ended {
  const output = String(error)
  if (!output.includes("code: 'DOCKER.UNREACHABLE'")) throw error
  return { output, killed: false }
}

/** Restart policies have done their work. */
async function settledDown(there: Yard): Promise<void> {
  await expect
    .poll(async () => there.cli('ps', '--all', '--filter=status=restarting', '--quiet'), { timeout: 20_000 })
    .toBe('')
}
