// One lift of the archive crane in a process of its own, for `archive.ts`: the milliseconds that it took, the processor
// time of the process and its tar in milliseconds, and the peak memory of the process in megabytes. No TypeScript, since stripping types takes thirty megabytes by itself.
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { local } from '@salvage-kit/local'
import { processorTime } from './processor-time.mjs'

const [tree = '', directory = ''] = process.argv.slice(2)
const crane = local({ directories: [], stateDirectory: tmpdir() }).cranes?.find(({ id }) => id === 'archive')
if (crane === undefined) throw new Error('the archive crane is missing')
const store = { ref: `archive:${directory}`, crane: 'archive', settings: { directory } }
const ref = {
  id: 'bench-1',
  runId: 'bench',
  target: 'dir:/bench',
  store,
  at: new Date().toISOString(),
  machine: 'bench',
}
const source = { medium: 'directory', path: tree }
const { signal } = new AbortController()
await crane.preflight(store, [source], { signal, init: true })
const begun = performance.now()
const worked = processorTime()
await crane.lift(ref, source, { signal })
const ms = performance.now() - begun
const cpu = processorTime() - worked
// Not `maxRSS`: that one also knows the memory of the process that started this one.
const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))
console.log(ms, cpu, (Number(peak?.[1]) * 1024) / 1e6)
