import type { LiftRef, Source } from '@salvage-kit/core'
import { duplicityCrane } from '../../src/duplicity/duplicity-crane.ts'

/** Lifts what it is told, in a process that a test can kill; as the user with this number. */
const [state = '', job = '', user] = process.argv.slice(2)
if (user !== undefined) {
  // Only now, when everything is loaded: the program itself may lie where that user cannot read.
  process.setgroups?.([])
  process.setgid?.(Number(user))
  process.setuid?.(Number(user))
}
const { ref, source }: { ref: LiftRef; source: Source } = JSON.parse(job)
const archive = await duplicityCrane(state).lift(ref, source, { signal: new AbortController().signal })
process.stdout.write(JSON.stringify(archive))
