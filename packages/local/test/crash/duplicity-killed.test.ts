import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { LiftRef } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { duplicityCrane } from '../../src/duplicity/duplicity-crane.ts'
import { markOf } from '../../src/duplicity/duplicity-environment.ts'
import { markedProcesses } from '../../src/process/process-table.ts'
import { calm, duplicityYard, listing } from '../integration/duplicity-yard.ts'

const CHILD = fileURLToPath(new URL('duplicity-child.ts', import.meta.url))
const SEED = 20_261_121
const KILLS = 14
const MEGABYTE = 1 << 20

/** The same numbers between 0 and 1 for the same seed. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** It may have ended since it was found. */
function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

describe.skipIf(!part('duplicity').available)('a lift of duplicity whose process is killed', () => {
  test(`${String(KILLS)} times half way: what it left is no copy, and the next lift is well`, async () => {
    using yard = duplicityYard({ encryption: 'none', volumeMegabytes: 1 })
    const random = numbers(SEED)
    const wrong: string[] = []
    const good: { readonly id: string; readonly state: string }[] = []
    const change = (): void => {
      for (const name of ['a', 'b', 'c'])
        writeFileSync(yard.at(`source/${name}`), randomBytes(Math.floor(4 * MEGABYTE * random()) + 1))
    }
    const start = (ref: LiftRef): ReturnType<typeof spawn> =>
      spawn(process.execPath, [CHILD, yard.state, JSON.stringify({ ref, source: yard.source })], { stdio: 'ignore' })
    await yard.crane.preflight(yard.store, [yard.source], { ...calm, init: true })
    let ends = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      change()
      const ref = yard.ref()
      const child = start(ref)
      const ended = new Promise((resolve) => child.once('exit', resolve))
      // Half of them when the first volume stands at the far end; the others at any time.
      if (random() < 0.5) {
        const before = yard.stored().length
        while (yard.stored().length <= before + 1 && child.exitCode === null) await sleep(5)
        await sleep(200 * random())
      } else await sleep(400 + 2500 * random())
      // All of it at once, as when a machine loses its power: nobody tidies up.
      child.kill('SIGSTOP')
      for (const { pid } of await markedProcesses(markOf(ref.id))) killed(pid)
      if (child.exitCode !== null) ends += 1
      child.kill('SIGKILL')
      await ended
      const crane = duplicityCrane(yard.state)
      await crane.clear(ref, calm)
      await crane.archives?.withdraw(ref, calm)
      if (yard.leftovers().length > 0) wrong.push(`kill ${String(kill)} left ${yard.leftovers().join(', ')}`)
      const ids = (await yard.list()).map(({ id }) => id)
      if (ids.join() !== good.map(({ id }) => id).join()) wrong.push(`kill ${String(kill)}: the list is ${ids.join()}`)
      if (kill % 2 === 1) {
        const { id } = await yard.lift()
        good.push({ id, state: listing(yard.at('source')) })
      }
    }
    const points = await yard.list()
    for (const [at, point] of points.entries())
      if (listing(await yard.restored(point)) !== good[at]?.state) wrong.push(`${point.id} is not what was copied`)
    expect(wrong).toEqual([])
    expect(points).toHaveLength(KILLS / 2)
    expect(ends).toBeLessThan(KILLS / 2)
    expect(yard.stored().filter((name) => name.endsWith('.begun'))).toEqual([])
  })
})
