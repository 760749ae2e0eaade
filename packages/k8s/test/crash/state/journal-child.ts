import { writeSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { NewEntry } from '@salvage-kit/core'
import { connect } from '../../../src/client/connect.ts'
import { configMapJournal } from '../../../src/state/journal/config-map-journal.ts'
import { randomOf } from '../../../../core/test/crash/seed.ts'

// Opens, marks and settles entries without end, and says of each change what it is about to do and what is done.
const [kubeconfig, name, runId, seed] = process.argv.slice(2)
if (kubeconfig === undefined || name === undefined || runId === undefined)
  throw new Error('usage: journal-child KUBECONFIG NAME RUN SEED')

const random = randomOf(Number(seed))
const say = (what: string, ids: readonly number[]): void => {
  writeSync(1, `${what} ${ids.join(' ')}\n`)
}
await using cluster = await connect({ kubeconfig, environment: {} })
const journal = configMapJournal(cluster, { namespace: 'default', name })
const mine: number[] = []

for (let batch = 0; ; batch += 1) {
  const size = 1 + Math.floor(random() * 4)
  const token = { batch, size, filling: 'x'.repeat(Math.floor(random() * 500)) }
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
  if (random() < 0.7) {
    const some = mine.splice(0, Math.floor(random() * 8))
    say('settling', some)
    await journal.settle(some)
    say('settled', some)
  }
  await turn()
}
