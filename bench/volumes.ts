// A run over many idle volumes into one restic repository, four at a time: the whole process, as a timer would start it.
// node bench/volumes.ts [VOLUMES] [MEGABYTES] [ROUNDS] [stopped]
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command, docker, engineAddress, temporaryDirectory } from '@salvage-kit/testbed'
import { median } from './sides.ts'

const volumes = Number(process.argv[2] ?? 20)
const megabytes = Number(process.argv[3] ?? 50)
const rounds = Number(process.argv[4] ?? 3)
const stopped = process.argv[5] === 'stopped'
const main = join(import.meta.dirname, '../apps/cli/dist/bundle/main.js')
const host = engineAddress()
const names = Array.from({ length: volumes }, (_, n) => `salvage-bench-volumes-${String(n)}`)
const cli = async (...args: readonly string[]): Promise<string> => (await docker(host, args)).trim()

using folder = temporaryDirectory()
const at = (name: string): string => join(folder.path, name)
const config = at('salvage-kit.yaml')
const env = { DOCKER_HOST: host, SALVAGE_STATE: at('state'), RESTIC_CACHE_DIR: at('cache') }

try {
  for (const name of names) {
    await cli('volume', 'create', name)
    await fill(await cli('volume', 'inspect', '--format={{.Mountpoint}}', name))
    if (stopped) await cli('create', `--name=${name}`, `--volume=${name}:/data`, 'salvage-test/busybox', 'true')
  }
  await writeFile(at('password'), 'bench')
  await writeFile(
    config,
    JSON.stringify({
      machine: 'bench',
      stores: { repo: { kind: 'restic', address: at('repo'), passwordFile: at('password') } },
      tides: { all: { targets: names.map((name) => `docker:${name}`), to: 'repo', maxConcurrent: 4 } },
    }),
  )
  const first: number[] = []
  const again: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const place of ['repo', 'cache']) await rm(at(place), { recursive: true, force: true })
    first.push(await timed())
    again.push(await timed())
  }
  const used = stopped ? 'with a stopped container each' : 'that nobody uses'
  console.log(
    `${String(volumes)} volumes of ${String(megabytes)} MB ${used}, one restic repository, 4 at a time (aim: 30 s at most)`,
  )
  print('everything is new', first)
  print('nothing has changed', again)
} finally {
  for (const name of names) {
    if (stopped) await cli('rm', '--force', name)
    await cli('volume', 'rm', '--force', name)
  }
}

async function timed(): Promise<number> {
  const since = performance.now()
  await command(process.execPath, [main, '--config', config, 'run', '--tide', 'all', '--init', '--quiet'], { env })
  return performance.now() - since
}

function print(what: string, times: readonly number[]): void {
  console.log(
    `  ${what}: median ${seconds(median(times))} s (${seconds(Math.min(...times))} to ${seconds(Math.max(...times))}, ${String(times.length)} runs)`,
  )
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}

/** Twenty files of bytes that do not compress. */
async function fill(place: string): Promise<void> {
  for (let n = 0; n < 20; n += 1) await writeFile(join(place, String(n)), randomBytes((megabytes * 1e6) / 20))
}
