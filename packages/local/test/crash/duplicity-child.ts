import type { LiftRef, Source } from '@salvage-kit/core'
import { duplicityCrane } from '../../src/duplicity/duplicity-crane.ts'

/** Lifts what it is told, in a process that a test can kill. */
const [state = '', job = ''] = process.argv.slice(2)
const { ref, source }: { ref: LiftRef; source: Source } = JSON.parse(job)
const { point } = await duplicityCrane(state).lift(ref, source, { signal: new AbortController().signal })
process.stdout.write(point.id)
