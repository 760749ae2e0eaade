// Sends of 500 MB over ssh to this machine, whole and as a difference of 50 MB.
import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '@salvage-kit/testbed'
import { entrants } from './btrfs-entrants.ts'
import type { OurPlugin } from './btrfs-ours.ts'
import { call, standing, timeText, makeVolume } from './btrfs-yard.ts'
import type { Yard } from './btrfs-yard.ts'
import { contest } from './contest.ts'

const BYTES = 500e6
const FILES = 500
const HOST = 'localhost'
const FASTEST = ['-c', 'aes128-gcm@openssh.com']

/** One snapshot that everybody sends. */
interface Race {
  readonly title: string
  readonly name: string
  /** For `btrfs send`. */
  readonly parent: readonly string[]
  /** Brings both ends to where they were. */
  readonly again: () => Promise<void>
}

/** Both kinds of send, after the same preparation for everybody: nothing there but the parent, everything on the disk. */
export async function sends(place: Yard, plugin: OurPlugin, rounds: number): Promise<void> {
  const { volumes, snapshots, received } = place
  const from = join(volumes, 'sent')
  const first = `sent@${timeText(3)}`
  const second = `sent@${timeText(2)}`
  const empty = await standing(snapshots, received)
  await makeVolume(from, FILES, BYTES)
  await cut(from, join(snapshots, first))
  const onlyFirst = await standing(snapshots, received)
  const whole = { title: 'send of 500 MB, whole', name: first, parent: [], again: onlyFirst.restore }
  await race(place, plugin, whole, rounds)
  await onlyFirst.restore()
  await change(from)
  await cut(from, join(snapshots, second))
  // What every way of sending looks for: the copy over there, and the mark that it is there.
  await pipe(place, [], [join(snapshots, first)])
  await cut(join(snapshots, first), join(snapshots, `${first}@${HOST}`))
  const parent = await standing(snapshots, received)
  const again = async (): Promise<void> => {
    await parent.restore()
    const mark = await command('sh', ['-c', `test -e '${join(snapshots, `${first}@${HOST}`)}' && echo there || true`])
    if (mark === '') await cut(join(snapshots, first), join(snapshots, `${first}@${HOST}`))
  }
  const difference = ['-p', join(snapshots, first)]
  await race(place, plugin, { title: 'send of 50 MB more', name: second, parent: difference, again }, rounds)
  await empty.restore()
  await command('btrfs', ['subvolume', 'delete', from])
}

async function race(
  place: Yard,
  plugin: OurPlugin,
  { title, name, parent, again }: Race,
  rounds: number,
): Promise<void> {
  const what = [...parent, join(place.snapshots, name)]
  const operation = entrants(place, plugin, {
    bare: {
      // The measure: a copy that is on the far disk, which is what ours has when it says that it is there.
      'btrfs send | ssh -c aes128-gcm btrfs receive, sync': async () =>
        pipe(place, FASTEST, what, `; btrfs filesystem sync ${place.snapshots}`),
      'the same without sync: in memory only': async () => pipe(place, FASTEST, what),
      'btrfs send | ssh btrfs receive': async () => pipe(place, [], what),
      'btrfs send | btrfs receive': async () => direct(place, what),
      ...durableOriginal(place, name),
    },
    ask: async (socket) => ask(socket, name),
    words: ['send', HOST, name],
    async before() {
      await again()
      for (const path of [place.snapshots, place.received]) await command('btrfs', ['filesystem', 'sync', path])
    },
  })
  await contest(title, { ratio: 1.1 }, operation, rounds)
}

async function ask(socket: string, name: string): Promise<string> {
  return call(socket, '/VolumeDriver.Snapshot.Send', { Name: name, Host: HOST })
}

/** The original as it would have to be asked for what ours promises: it answers while the copy is in memory alone. */
function durableOriginal({ original, received }: Yard, name: string): Readonly<Record<string, () => Promise<void>>> {
  if (original === undefined) return {}
  const sync = async (): Promise<void> => void (await command('btrfs', ['filesystem', 'sync', received]))
  return {
    async 'buttervolume, plugin, then sync'() {
      await ask(original.socket, name)
      await sync()
    },
    async 'buttervolume, command line, then sync'() {
      await original.cli(['send', HOST, name])
      await sync()
    },
  }
}

/** The one line that everybody starts from. */
async function pipe(place: Yard, ssh: readonly string[], send: readonly string[], then = ''): Promise<void> {
  const far = ['ssh', ...ssh, '-p', String(place.sshd.port), HOST, `'btrfs receive ${place.snapshots}${then}'`]
  await command('bash', ['-ec', `set -o pipefail; btrfs send -q ${send.join(' ')} | ${far.join(' ')}`])
}

async function direct(place: Yard, send: readonly string[]): Promise<void> {
  await command('bash', ['-ec', `set -o pipefail; btrfs send -q ${send.join(' ')} | btrfs receive ${place.received}`])
}

async function cut(from: string, to: string): Promise<void> {
  await command('btrfs', ['subvolume', 'snapshot', '-r', from, to])
}

/** Writes a tenth of the volume anew. */
async function change(path: string): Promise<void> {
  for (let n = 0; n < FILES; n += 10) {
    await using file = await open(join(path, `file-${String(n)}`), 'r+')
    await file.write(randomBytes(BYTES / FILES), 0, BYTES / FILES, 0)
  }
}
