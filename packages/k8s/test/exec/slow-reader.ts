import { setTimeout as sleep } from 'node:timers/promises'
import { streamScript } from '../../src/exec/run/stream-script.ts'
import { clusterOf, POD } from './cluster-of.ts'

/** Reads a dump of so many megabytes slowly, and tells `bytes before peak`: what came, and the memory of the process, in bytes. */
const [server = '', megabytes = '', millisecondsEach = ''] = process.argv.slice(2)
const script = `dd if=/dev/zero bs=1048576 count=${megabytes} 2>/dev/null`
const before = process.memoryUsage().rss
await using dump = await streamScript(clusterOf(server), POD, { script }, { signal: new AbortController().signal })
let unslept = 0
for await (const chunk of dump.stdout) {
  if (Buffer.isBuffer(chunk)) unslept += chunk.length
  if (unslept < 1024 * 1024) continue
  unslept = 0
  await sleep(Number(millisecondsEach))
}
const { bytes } = await dump.ended
process.stdout.write(`${bytes} ${before} ${process.resourceUsage().maxRSS * 1024}\n`)
