import { runTide } from './run-tide.ts'

// A process that runs a tide, to be killed.
const [, , folder = '', name = ''] = process.argv
await runTide(folder, name, { signal: new AbortController().signal, report: () => {} })
