import { writeSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { NewEntry } from '../../src/journal/journal.ts'
import { sqliteJournal } from '../../src/journal/sqlite-journal.ts'
import { randomOf } from './seed.ts'

// Opens, marks and settles entries without end, and says of each change what it is about to do and what is done.
const [path, runId, seed] = process.argv.slice(2)
if (path === undefined || runId === undefined) throw new Error('usage: journal-child PATH RUN SEED')

const random = randomOf(Number(seed))
const say = (what: string, ids: readonly number[]): void => {
  writeSync(1, `${what} ${ids.join(' ')}\n`)
}
using journal = sqliteJournal(path)
const mine: number[] = []

for (let batch = 0; ; batch += 1) {
  const size = 1 + Math.floor(random() * 4)
  const token = { batch, size, filling: 'x'.repeat(Math.floor(random() * 3000)) }
  const entries: NewEntry[] = Array.from({ length: size }, (_, order) => ({
    runId,
    order,
    undo: { kind: 'swap', target: 'dir:/x', token },
  }))
  const ids = (await journal.open(entries)).map(({ id }) => id)
  say('opened', ids)
  mine.push(...ids)
  if (random() < 0.6) {
    say('marking', ids)
    await journal.done(ids)
    say('done', ids)
  }
  if (random() < 0.5) {
    const some = mine.splice(0, Math.floor(random() * 6))
    say('settling', some)
    await journal.settle(some)
    say('settled', some)
  }
  await turn()
}
