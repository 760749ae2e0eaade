// BTRFS against the bare commands and against buttervolume where it is installed, side by side in one run. Every one is
// asked in turn, and what it left is taken away before the next.
// node bench/btrfs.ts [--rounds N] [short] [calls] [many] [send] [list] [snapshots] [purge] [loaded]
import { parseArgs } from 'node:util'
import { installButtervolume } from '@salvage-kit/testbed'
import { manyCalls, pluginCalls } from './btrfs-calls.ts'
import { listSnapshots, listVolumes, purgePlan } from './btrfs-lists.ts'
import { ourPlugin } from './btrfs-ours.ts'
import { sends } from './btrfs-send.ts'
import { shortVerbs } from './btrfs-short.ts'
import { populate, yard } from './btrfs-yard.ts'
import { misses } from './contest.ts'

const { values, positionals } = parseArgs({ options: { rounds: { type: 'string' } }, allowPositionals: true })
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name)
const rounds = (otherwise: number): number => Number(values.rounds ?? otherwise)

await installButtervolume().catch((error: unknown) => console.log(`no buttervolume: ${String(error)}`))
await using place = await yard()
await using plugin = await ourPlugin(place)
console.log(`plugin, just started: ${(await plugin.memory()).toFixed(1)} MB`)
if (wanted('short')) await shortVerbs(place, plugin, 'quiet', rounds(15))
if (wanted('calls')) await pluginCalls(place, plugin, 'quiet', rounds(30))
if (wanted('many')) await manyCalls(place, plugin, rounds(5))
if (wanted('send')) await sends(place, plugin, rounds(7))
if (['list', 'snapshots', 'purge', 'loaded'].some(wanted)) {
  await populate(place, 1000, 5000)
  if (wanted('list')) await listVolumes(place, plugin, rounds(15))
  if (wanted('snapshots')) await listSnapshots(place, plugin, rounds(15))
  if (wanted('purge')) await purgePlan(place, plugin, rounds(15))
  if (wanted('loaded')) await shortVerbs(place, plugin, 'loaded', rounds(10))
  if (wanted('loaded')) await pluginCalls(place, plugin, 'loaded', rounds(15))
}
console.log(`plugin, afterwards: ${(await plugin.memory()).toFixed(1)} MB`)
console.log(
  misses().length === 0
    ? 'every aim was reached'
    : `missed:\n${misses()
        .map((line) => `  ${line}`)
        .join('\n')}`,
)
