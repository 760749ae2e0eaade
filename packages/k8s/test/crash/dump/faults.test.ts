import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { dumpDatabase } from '../../../src/index.ts'
import { ENDS } from '../../dump/fake-database.ts'
import { clusterOf } from '../../exec/cluster-of.ts'
import type { Fault } from '../../exec-server.ts'
import { execServer } from '../../exec-server.ts'
import { faultyContainer, sqlOf } from './faulty-container.ts'
import { random } from './random.ts'
import { wrongs } from './wrong.ts'

/** More with `SALVAGE_DUMPS=1000`, another order with `SALVAGE_SEED=…`. */
const DUMPS = Number(process.env['SALVAGE_DUMPS'] ?? 120)
const SEED = Number(process.env['SALVAGE_SEED'] ?? 20_261_121)
const PLACES = [
  ['dash', 'postgres'],
  ['busybox', 'mariadb'],
  ['bash', 'mysql'],
] as const
const PART_MS = 15_000

describe.skipIf(process.getuid?.() !== 0)('dumps inside', () => {
  test(`of ${DUMPS} dumps with faults none is accepted, of ${DUMPS} without all are`, async () => {
    const next = random(SEED)
    const sql = sqlOf(next)
    const accepted = { faulty: 0, clean: 0 }
    const wrong: string[] = []
    const tried: { [kind: string]: number } = {}
    const work = Array.from({ length: DUMPS }, (_, index) => index).values()
    const worker = async ([shell, database]: (typeof PLACES)[number]): Promise<void> => {
      using container = faultyContainer(shell, database, sql)
      const whole = `${sql}${ENDS[database]}`
      const kinds = wrongs(next, whole.length, container.size, { ownGzip: shell === 'busybox' })
      let fault: Fault | undefined
      await using server = await execServer({ environment: { PATH: container.path }, fault: () => fault })
      const dump = async (): Promise<string> => {
        const { sum } = await dumpDatabase(clusterOf(server.server), container.place, {
          signal: new AbortController().signal,
        })
        return sum
      }
      const mustBeWhole = (what: string): void => {
        const file = container.inPlace()
        if (file !== undefined && gunzipSync(file).toString() !== whole)
          wrong.push(`${what}: the dump in place is not whole`)
      }
      for (const index of work) {
        const each = kinds[index % kinds.length]?.()
        if (each === undefined) throw new Error('no kind')
        const { kind } = each
        tried[kind] = (tried[kind] ?? 0) + 1
        const name = `${index} ${shell} ${database} ${JSON.stringify(each)}`
        container.mends()
        const before = container.inPlace()
        container.breaks(each)
        fault = each.fault
        try {
          await dump()
          accepted.faulty += 1
          wrong.push(`accepted: ${name}`)
        } catch {
          // As it should be.
        }
        fault = undefined
        mustBeWhole(name)
        // What only the way back broke may have put a whole dump in place; anything else leaves the last one as it was.
        if (
          each.fault === undefined &&
          each.room === undefined &&
          before !== undefined &&
          !container.inPlace()?.equals(before)
        )
          wrong.push(`another dump: ${name}`)
        container.mends()
        try {
          const sum = await dump()
          const file = container.inPlace() ?? Buffer.alloc(0)
          if (sum === `sha256:${createHash('sha256').update(file).digest('hex')}`) accepted.clean += 1
          else wrong.push(`another sum after ${name}`)
          mustBeWhole(`clean after ${name}`)
        } catch (error) {
          wrong.push(`refused after ${name}: ${String(error)}`)
        }
        // A dump whose connection was cut may still be ending.
        for (let waited = 0; container.besides().length > 0 && waited < PART_MS; waited += 100) await sleep(100)
        if (container.besides().length > 0) wrong.push(`left: ${container.besides().join(' ')} by ${name}`)
      }
    }
    await Promise.all(PLACES.map(worker))
    console.info(`seed ${SEED}: ${JSON.stringify(accepted)} of ${DUMPS} each; ${JSON.stringify(tried)}`)
    expect(wrong).toEqual([])
    expect(accepted).toEqual({ faulty: 0, clean: DUMPS })
  }, 3_600_000)
})
