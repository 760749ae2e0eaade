// A dump of PostgreSQL by the program as it is installed, into an archive and into restic, against the bare pipes
// `docker exec … pg_dump > file`, `… | zstd -3 > file` and `… | restic backup --stdin`: throughput, and the peak memory and the
// processor time of the program's own process. `plain` is a dump that pg_dump does not compress, so that all else is what
// limits; `compressed` is what the recipe makes without a setting. All files end on the disk.
// node bench/dump.ts [MEGABYTES] [ROUNDS] [plain|compressed|both]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cp, rm, stat, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command, temporaryDirectory } from '@salvage-kit/testbed'
import { dumpYard } from './dump-yard.ts'
import type { DumpYard, Kind } from './dump-yard.ts'
import { median } from './sides.ts'

interface Run {
  readonly ms: number
  /** Of the program's own process. */
  readonly cpuMs: number
  readonly peakMegabytes: number
}

interface Side {
  readonly name: string
  readonly against?: readonly string[]
  readonly run: () => Promise<Run>
}

const MAIN = fileURLToPath(new URL('../apps/cli/dist/bundle/main.js', import.meta.url))
const LOOK_MS = 50
const AIM = 0.95
const MOST_MEGABYTES = 150
const megabytes = Number(process.argv[2] ?? 2000)
const rounds = Number(process.argv[3] ?? 5)
const asked = process.argv[4] ?? 'both'

for (const kind of ['plain', 'compressed'] as const) if (asked === kind || asked === 'both') await measure(kind)

async function measure(kind: Kind): Promise<void> {
  using folder = temporaryDirectory()
  const at = (name: string): string => join(folder.path, name)
  const environment = { ...process.env, RESTIC_PASSWORD_FILE: at('password'), RESTIC_CACHE_DIR: at('cache') }
  await writeFile(at('password'), 'bench')
  await command('env', [`RESTIC_PASSWORD_FILE=${at('password')}`, 'restic', '--repo', at('empty'), 'init'])
  await using yard = await dumpYard(kind, megabytes)
  await writeFile(at('config.yaml'), JSON.stringify({ docker: { host: yard.host } }))
  const bytes = await sizeOf(yard, at('out'))

  const shell = (script: string): Promise<Run> => watched('sh', ['-c', script], environment)
  const program = (store: string, ...more: string[]): Promise<Run> =>
    watched(
      process.execPath,
      [
        MAIN,
        'run',
        `dump:${yard.container}`,
        '--to',
        store,
        '--config',
        at('config.yaml'),
        '--state',
        at('state'),
        ...more,
      ],
      environment,
    )
  const sides: readonly Side[] = [
    { name: '> file', run: async () => shell(`${yard.bare} > '${at('out')}' && sync '${at('out')}'`) },
    {
      name: '| zstd -3 > file',
      run: async () => shell(`${yard.bare} | zstd -q -3 > '${at('out')}' && sync '${at('out')}'`),
    },
    {
      name: 'archive',
      against: ['> file', '| zstd -3 > file'],
      run: async () => program(`archive:${at('store')}`, '--init'),
    },
    {
      name: '| restic backup',
      run: async () => shell(`${yard.bare} | restic --repo '${at('repository')}' backup --quiet --stdin`),
    },
    { name: 'restic', against: ['| restic backup'], run: async () => program(`restic:${at('repository')}`) },
  ]
  const runs = new Map<string, Run[]>(sides.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round += 1)
    for (const { name, run } of sides) {
      for (const left of ['out', 'store', 'repository', 'cache', 'state'])
        await rm(at(left), { recursive: true, force: true })
      await cp(at('empty'), at('repository'), { recursive: true })
      const one = await run()
      // The first round fills the caches.
      if (round > 0) runs.get(name)?.push(one)
    }
  tell(kind, bytes, sides, runs)
}

function tell(kind: Kind, bytes: number, sides: readonly Side[], runs: ReadonlyMap<string, readonly Run[]>): void {
  const of = (name: string, key: keyof Run): readonly number[] => (runs.get(name) ?? []).map((run) => run[key])
  const load = (loadavg()[0] ?? 0).toFixed(1)
  console.log(
    `a dump of PostgreSQL, ${kind}, ${(bytes / 1e6).toFixed(0)} MB, ${String(rounds)} rounds, load ${load} (aim: ${String(AIM)} of the bare pipe's throughput, ${String(MOST_MEGABYTES)} MB at most)`,
  )
  for (const { name, against = [] } of sides) {
    const ms = of(name, 'ms')
    const speed = bytes / 1e3 / median(ms)
    console.log(
      `  ${name.padEnd(18)} ${speed.toFixed(0).padStart(4)} MB/s, median ${(median(ms) / 1000).toFixed(1)} s (${(Math.min(...ms) / 1000).toFixed(1)} to ${(Math.max(...ms) / 1000).toFixed(1)})`,
    )
    for (const other of against)
      console.log(`    throughput ${(median(of(other, 'ms')) / median(ms)).toFixed(3)} of "${other}"`)
    if (against.length > 0)
      console.log(
        `    peak memory ${Math.max(...of(name, 'peakMegabytes')).toFixed(0)} MB, ${((median(of(name, 'cpuMs')) / bytes) * 1e6).toFixed(2)} s of processor time for a GB`,
      )
  }
}

async function sizeOf({ bare }: DumpYard, file: string): Promise<number> {
  await command('sh', ['-c', `${bare} > '${file}'`])
  return (await stat(file)).size
}

/** Runs a program to its end, and looks at its own process meanwhile. Rejects when it fails. */
async function watched(file: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Run> {
  const begun = performance.now()
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment })
  const said: Buffer[] = []
  child.stderr.on('data', (piece: Buffer) => said.push(piece))
  let cpuMs = 0
  let peakMegabytes = 0
  const look = setInterval(() => {
    const [user = 0, system = 0] = readOf(child.pid, 'stat')
      .replace(/^.*\) /s, '')
      .split(' ')
      .slice(11, 13)
      .map(Number)
    cpuMs = Math.max(cpuMs, (user + system) * 10)
    const kibibytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readOf(child.pid, 'status'))?.[1] ?? 0)
    peakMegabytes = Math.max(peakMegabytes, (kibibytes * 1024) / 1e6)
  }, LOOK_MS)
  try {
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}: ${Buffer.concat(said).toString()}`)
  } finally {
    clearInterval(look)
  }
  return { ms: performance.now() - begun, cpuMs, peakMegabytes }
}

function readOf(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
