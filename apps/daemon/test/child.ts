import { writeSync } from 'node:fs'
import { createRedactor } from '@salvage-kit/core'
import { withPoints } from '@salvage-kit/core/testing'
import { loadConfig } from '@salvage-kit/host'
import { daemonJsonLine, runDaemon } from '../src/index.ts'

// A daemon as any other, which tells everything in JSON lines; told to, it ends itself at a point of one of its runs.
const [file = '', state = '', text = ''] = process.argv.slice(2)
const fatal: { readonly signal: NodeJS.Signals; readonly point: number } | undefined =
  text === '' ? undefined : JSON.parse(text)
const directory = process.cwd()
const load = async (): ReturnType<typeof loadConfig> => loadConfig({ file, environment: {}, directory })
const stop = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort(new Error(name)))
let points = 0
const point = async (name: string): Promise<void> => {
  points += 1
  if (points !== fatal?.point) return
  writeSync(1, `${JSON.stringify({ type: 'test.ended', at: name })}\n`)
  process.kill(process.pid, fatal.signal)
  if (fatal.signal === 'SIGKILL') await new Promise(() => undefined)
}
process.exitCode = await runDaemon(
  {
    loaded: await load(),
    load,
    stateDirectory: state,
    directory,
    redactor: createRedactor(),
    // Written at once: nothing of it must be lost when the process is killed.
    tell: (event) => void writeSync(1, `${daemonJsonLine(event, new Date())}\n`),
    wrap: (rig) => ({ ...rig, ...withPoints(rig, point) }),
    onChange: (changed) => void process.on('SIGHUP', changed),
  },
  { signal: stop.signal },
)
writeSync(1, `${JSON.stringify({ type: 'test.points', points })}\n`)
