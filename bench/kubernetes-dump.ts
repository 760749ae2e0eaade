// How much memory a dump takes that comes out of a pod faster than it is read here: a process of its own reads it slowly, with the
// sums of both ends compared. The far end is a server on this machine that runs programs as a kubelet does.
// node bench/kubernetes-dump.ts [MEGABYTES] [PAUSE_MS_EACH_MEGABYTE]
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { execServer } from '../packages/k8s/test/exec-server.ts'
import { taken } from './kubernetes-process.ts'

const megabytes = Number(process.argv[2] ?? 5000)
const pauseMs = Number(process.argv[3] ?? 5)
const reader = join(import.meta.dirname, 'kubernetes-dump-child.ts')

await using far = await execServer()
const one = await taken([reader, far.server, String(megabytes), String(pauseMs)], { server: far.server })
const [bytes = 0, before = 0] = one.output.split(' ').map(Number)
if (bytes !== megabytes * 1024 * 1024) throw new Error(`${String(bytes)} bytes came`)
console.log(
  `a dump of ${String(megabytes)} MiB to a reader who pauses ${String(pauseMs)} ms after each (aim: 150 MB at most)`,
)
console.log(
  `  peak ${one.peakMegabytes.toFixed(0)} MB, of which ${(before / 1e6).toFixed(0)} before it began; ${(one.ms / 1000).toFixed(0)} s, load ${(loadavg()[0] ?? 0).toFixed(1)}`,
)
