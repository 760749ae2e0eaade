import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isSalvageError } from '../../src/error.ts'
import { sqliteLocks } from '../../src/lock/sqlite-locks.ts'
import { randomOf } from './seed.ts'

// Takes random sets of the keys again and again, and says when it had which.
const [directory, name, keys, rounds, seed] = process.argv.slice(2)
if (directory === undefined || keys === undefined) throw new Error('usage: contender DIRECTORY NAME KEYS ROUNDS SEED')

const random = randomOf(Number(seed))
const say = (what: string, run: string, wanted: readonly string[]): void => {
  writeSync(1, `${what} ${String(process.hrtime.bigint())} ${run} ${wanted.join(' ')}\n`)
}
const locks = sqliteLocks(directory)

for (let round = 0; round < Number(rounds);) {
  const wanted = keys.split(',').filter(() => random() < 0.4)
  const run = `${String(name)}-${String(round)}`
  try {
    await using lock = await locks.acquire(run, wanted)
    say('held', lock.runId, wanted)
    await delay(random() * 4)
    say('releasing', lock.runId, wanted)
    round += 1
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'LOCK.BUSY') throw error
    say('busy', run, wanted)
    await delay(random() * 3)
  }
}
writeSync(1, 'finished\n')
