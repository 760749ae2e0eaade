import { resticCrane } from '../../src/restic/restic-crane.ts'
import type { LiftRef, Source } from '@salvage-kit/core'

/** Lifts what it is told, in a process that a test can kill. */
const [state = '', job = ''] = process.argv.slice(2)
const { ref, source }: { ref: LiftRef; source: Source } = JSON.parse(job)
const { point } = await resticCrane(state).lift(ref, source, { signal: new AbortController().signal })
process.stdout.write(point.id)
