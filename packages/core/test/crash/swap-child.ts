import { writeSync } from 'node:fs'
import { clearStaging, commitSwap, swap } from '../../src/restore/swap.ts'

// Exchanges and, when told to, commits; says when it begins so that the parent can kill it at any time after.
const [text, commit] = process.argv.slice(2)
if (text === undefined) throw new Error('usage: swap-child TOKEN [commit]')
writeSync(1, 'begin\n')
await swap(JSON.parse(text))
if (commit === 'commit') {
  await commitSwap(JSON.parse(text))
  await clearStaging(JSON.parse(text), { signal: new AbortController().signal })
}
