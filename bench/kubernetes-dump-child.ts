// Reads a dump of so many megabytes slowly: tells `bytes before`, what came and how much memory it had before it began.
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'

// As the command line does for downloads.
setFlagsFromString('--semi-space-growth-factor=1')
const [{ streamScript }, { openExec }] = await Promise.all([
  import('../packages/k8s/dist/exec/run/stream-script.js'),
  import('../packages/k8s/dist/exec/session/open-exec.js'),
])
const [server = '', megabytes = '', pauseMs = ''] = process.argv.slice(2)
const script = `dd if=/dev/zero bs=1048576 count=${megabytes} 2>/dev/null`
const where = { namespace: 'here', pod: 'web-0', container: 'web' }
const before = process.memoryUsage().rss
await using dump = await streamScript(
  { exec: async (request, options) => openExec({ server, headers: {}, tls: {} }, request, options) },
  where,
  { script },
  { signal: new AbortController().signal },
)
let unslept = 0
for await (const chunk of dump.stdout) {
  if (Buffer.isBuffer(chunk)) unslept += chunk.length
  if (unslept < 1024 * 1024) continue
  unslept = 0
  await sleep(Number(pauseMs))
}
const { bytes } = await dump.ended
console.log(`${String(bytes)} ${String(before)}`)
