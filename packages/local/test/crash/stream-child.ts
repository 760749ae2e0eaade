import { randomBytes } from 'node:crypto'
import { archiveCrane } from '../../src/archive/archive-crane.ts'
import { resticCrane } from '../../src/restic/restic-crane.ts'
import type { LiftRef } from '@salvage-kit/core'
import { dumpSource, testDump } from '../dumps.ts'

/** Lifts a dump that never ends: it waits in its middle, or before its verdict. The test kills it there. */
const [state = '', job = ''] = process.argv.slice(2)
const { ref, where }: { ref: LiftRef; where: 'middle' | 'verdict' } = JSON.parse(job)
const crane = ref.store.crane === 'restic' ? resticCrane(state) : archiveCrane(state)
const dump = testDump(
  function* () {
    const count = where === 'middle' ? Number.POSITIVE_INFINITY : 20
    for (let n = 0; n < count; n += 1) {
      yield randomBytes(1000)
      if (n === 20) process.stdout.write('here\n')
    }
    process.stdout.write('here\n')
  },
  'whole',
  { verdictMs: 600_000 },
)
await crane.lift(ref, dumpSource, { signal: new AbortController().signal, open: dump.open })
