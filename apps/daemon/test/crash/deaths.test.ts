import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorText, sqliteJournal } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { triggerTide } from '../../src/index.ts'
import { startDaemon } from '../daemon.ts'
import type { DaemonWishes, RunningDaemon, Told } from '../daemon.ts'
import { yard } from './yard.ts'
import type { Yard } from './yard.ts'

/** `SALVAGE_DEATHS` of them, so that a part can be done often and all of them now and then. */
const DEATHS = Number(process.env['SALVAGE_DEATHS'] ?? 40)
/** `SALVAGE_SEED` repeats what failed. */
const SEED = Number(process.env['SALVAGE_SEED'] ?? 20261121)
/** Of so many deaths one comes with a restart of the engine, and after one of so many a tide runs unattended. */
const EACH = 5
/** What containerd says of a container that the engine holds for dead. */
const ENGINE_FAULT = /DOCKER\.NOT_STARTED.*: (already|file) exists/
const RARELY = '0 0 1 1 *'
const EVERY_SECOND = '* * * * * *'
const { signal } = new AbortController()

describe.skipIf(!part('dockerd').available)(
  `a daemon that dies ${String(DEATHS)} times under a tide of 12 containers in 4 groups (seed ${String(SEED)})`,
  () => {
    let there: Yard
    let before: unknown
    let points = 0
    let faults = 0
    beforeAll(async () => {
      there = await yard()
      before = await there.state()
    })
    afterAll(async () => there[Symbol.asyncDispose]())

    const start = (cron: string, fatal?: NonNullable<DaemonWishes['fatal']>): RunningDaemon =>
      startDaemon({ folder: there.folder, config: there.config(cron), ...(fatal === undefined ? {} : { fatal }) })

    /**
     * Everything of the death before is taken back. An engine that was killed while it ended a container may forget it and
     * yet refuse to start it, until its machine is started anew: that is told, waited for, and goes on by itself.
     */
    async function ready(daemon: RunningDaemon): Promise<void> {
      const first = await daemon.event((told) => told.type === 'daemon.ready' || isFault(told))
      if (first.type === 'daemon.ready') return
      faults += 1
      await there.reboot()
      await daemon.next('daemon.ready')
      await there.calm()
    }

    /** One whole life: a tide runs by its schedule, nobody helps, and everything is as before. */
    async function expectGoodTide(where: string): Promise<void> {
      await using daemon = start(EVERY_SECOND)
      await ready(daemon)
      const end = await daemon.next('tide.ended', 'd')
      expect(end, where).toMatchObject({ exitCode: 0, report: { outcome: 'good', stuck: [] } })
      daemon.signal('SIGTERM')
      expect(await daemon.ended, where).toBe(0)
      points = Math.max(points, Number(daemon.told.at(-1)?.['points']))
      await expectAsBefore(where)
    }

    async function expectAsBefore(where: string): Promise<void> {
      using journal = sqliteJournal(join(there.folder, 'state/journal.sqlite'))
      expect(await journal.pending(), where).toEqual([])
      expect(await there.state(), where).toEqual(before)
    }

    it('runs well when nobody kills it', async () => {
      await expectGoodTide('the first')
      expect(points).toBeGreaterThan(100)
    })

    it('puts everything back by itself, each time', { timeout: DEATHS * 60_000 }, async () => {
      const random = seeded(SEED)
      const deaths = { SIGKILL: 0, SIGTERM: 0, restarts: 0, unattended: 0 }
      for (let n = 1; n <= DEATHS; n += 1) {
        const name = random() < 0.7 ? 'SIGKILL' : 'SIGTERM'
        const fatal = { signal: name, point: 1 + Math.floor(random() * points) } as const
        const isRestart = n % EACH === 0
        const where = `death ${String(n)}: ${JSON.stringify(fatal)}${isRestart ? ' with a restart of the engine' : ''}`
        {
          await using daemon = start(RARELY, fatal)
          // Everything of the death before is back by now: nothing is begun earlier.
          await ready(daemon)
          await expectAsBefore(`before ${where}`)
          const answer = await triggerTide(daemon.socket, 'd', { signal }).catch(errorText)
          // One that dies at its first steps may not come to answer.
          expect(answer, `${where}\n${daemon.toldText()}`).toMatch(/^\d{8}t\d{6}z-|^no daemon answers/)
          if (isRestart) {
            await delay(random() * 3000)
            await (random() < 0.5 ? there.engine.kill() : there.engine.stop())
            await there.engine.start()
            deaths.restarts += 1
            // The run may have failed with the engine before it came to its point.
            await Promise.race([daemon.ended, daemon.next('tide.ended', 'd')])
            daemon.signal(name)
          }
          const code = await daemon.ended
          if (name === 'SIGTERM' && !isRestart) expect(code, where).toBe(0)
          deaths[name] += 1
        }
        await there.calm()
        if (n % EACH === 1 || n === DEATHS) {
          deaths.unattended += 1
          await expectGoodTide(`after ${where}`)
        }
      }
      console.log(`${JSON.stringify({ ...deaths, faultsOfTheEngine: faults })}, seed ${String(SEED)}`)
      await expectGoodTide('the last')
    })
  },
)

function isFault(told: Told): boolean {
  return told.type === 'problem' && ENGINE_FAULT.test(JSON.stringify(told))
}

/** Numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
