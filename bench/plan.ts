// How long `salvage-kit plan` takes, as a whole process, for many containers and volumes.
// node bench/plan.ts [CONTAINERS] [VOLUMES] [ROUNDS]
import { join } from 'node:path'
import { command, docker, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import { median } from './sides.ts'

const containers = Number(process.argv[2] ?? 80)
const volumes = Number(process.argv[3] ?? 50)
const rounds = Number(process.argv[4] ?? 7)
const main = join(import.meta.dirname, '../apps/cli/dist/bundle/main.js')

await using engine = await privateDockerd()
using folder = temporaryDirectory()
const cli = async (...args: string[]): Promise<string> => docker(engine.host, args)
const names = Array.from({ length: volumes }, (_, n) => `volume${String(n)}`)
for (const name of names) await cli('volume', 'create', name)
for (let n = 0; n < containers; n += 1) {
  const mounted = [names[n % volumes] ?? '', names[(n * 7) % volumes] ?? '']
  const mounts = [...new Set(mounted)].map((name, at) => `--volume=${name}:/v${String(at)}`)
  const labels = [
    `--label=com.docker.compose.project=p${String(n % 9)}`,
    `--label=com.docker.compose.service=s${String(n)}`,
    `--label=salvage.tide.all=g:${mounted.join(',g:')}`,
  ]
  const name = `--name=container${String(n)}`
  await cli('run', '--detach', '--network=none', name, ...mounts, ...labels, 'salvage-test/busybox', 'sleep', '86400')
}

const times: number[] = []
for (let round = 0; round <= rounds; round += 1) {
  const since = performance.now()
  const args = [
    main,
    'plan',
    ...names.map((name) => `docker:${name}`),
    '--to',
    `archive:${folder.path}/backups`,
    '--json',
  ]
  const text = await command(process.execPath, args, {
    env: { DOCKER_HOST: engine.host, SALVAGE_STATE: join(folder.path, 'state') },
  })
  times.push(performance.now() - since)
  const plan: { readonly groups: readonly { readonly targets: readonly string[] }[] } = JSON.parse(text)
  const planned = plan.groups.flatMap((group) => group.targets).length
  if (planned !== volumes) throw new Error(`${String(planned)} of ${String(volumes)} volumes are in the plan`)
}
const [first = Number.NaN, ...others] = times
console.log(`plan of ${String(containers)} containers and ${String(volumes)} volumes, whole process (aim: 2 s at most)`)
console.log(
  `  first ${first.toFixed(0)} ms, then median ${median(others).toFixed(0)} ms (${Math.min(...others).toFixed(0)} to ${Math.max(...others).toFixed(0)}, ${String(rounds)} runs)`,
)
