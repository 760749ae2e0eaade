// The daemon with nothing to do: how soon it is ready, what it takes of memory and processor.
// node bench/daemon-idle.ts [MINUTES]
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'

const MAIN = fileURLToPath(new URL('../apps/cli/dist/bundle/main.js', import.meta.url))
const TICKS_A_SECOND = 100
const minutes = Number(process.argv[2] ?? 10)

// An engine of its own: what others do on a shared one is no idleness.
await using engine = await privateDockerd()
using folder = temporaryDirectory()
const file = join(folder.path, 'salvage-kit.yaml')
const state = join(folder.path, 'state')
mkdirSync(join(folder.path, 'store'))
const tide = { cron: '0 0 1 1 *', to: 'here', targets: [`dir:${folder.path}`], timeZone: 'Europe/Berlin' }
const tides = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`tide${String(n)}`, tide]))
const stores = { here: `archive:${join(folder.path, 'store')}` }
writeFileSync(file, JSON.stringify({ docker: { host: engine.host }, stores, tides }))

const begun = performance.now()
const child = spawn(process.execPath, [MAIN, 'daemon', '--config', file, '--state', state], { stdio: 'inherit' })
const pid = child.pid ?? 0
while (!(await isReady())) await delay(5)
const readyMs = performance.now() - begun
console.log(`ready ${readyMs.toFixed(0)} ms after the start of the process`)
await delay(5000)
const before = processorMs()
const since = performance.now()
let peakMb = 0
while (performance.now() - since < minutes * 60_000) {
  await delay(5000)
  peakMb = Math.max(peakMb, memoryMb())
}
const usedMs = processorMs() - before
const elapsedMs = performance.now() - since
console.log(`memory: ${memoryMb().toFixed(1)} MB, ${peakMb.toFixed(1)} MB at most`)
console.log(
  `processor: ${usedMs.toFixed(0)} ms in ${(elapsedMs / 60_000).toFixed(1)} min, ${((usedMs / elapsedMs) * 100).toFixed(3)} %`,
)
child.kill('SIGTERM')
await new Promise((resolve) => child.once('close', resolve))
console.log(`exit code ${String(child.exitCode)}`)

async function isReady(): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const asked = request({ socketPath: join(state, 'daemon.sock'), path: '/readyz' }, (answer) => {
    answer.resume()
    resolve(answer.statusCode === 200)
  })
  asked.once('error', () => resolve(false))
  asked.end()
  return promise
}

/** Resident memory. */
function memoryMb(): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]
  return Number(found) / 1024
}

/** User and system time of all threads. */
function processorMs(): number {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND) * 1000
}
