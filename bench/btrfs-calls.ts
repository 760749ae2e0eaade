// What an engine asks of a volume driver: make and remove, mount and unmount, and many calls at once.
import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '@salvage-kit/testbed'
import { entrants } from './btrfs-entrants.ts'
import type { OurPlugin } from './btrfs-ours.ts'
import { call } from './btrfs-yard.ts'
import type { Yard } from './btrfs-yard.ts'
import { contest } from './contest.ts'

const CALLS = 100
const VOLUMES = 50
const KINDS = ['/VolumeDriver.Mount', '/VolumeDriver.Get', '/VolumeDriver.Create', '/VolumeDriver.Path']
const AIM = { overMs: 15 } as const

/** Create and Remove, Mount and Unmount. `around` says what else is on the file system. */
export async function pluginCalls(place: Yard, plugin: OurPlugin, around: string, rounds: number): Promise<void> {
  const made = join(place.volumes, 'made')
  const used = join(place.volumes, 'used')
  await contest(
    `create and remove of a volume, ${around}`,
    AIM,
    entrants(place, plugin, {
      bare: {
        async 'btrfs subvolume create; delete'() {
          await command('btrfs', ['subvolume', 'create', made])
          await command('btrfs', ['subvolume', 'delete', made])
        },
      },
      async ask(socket) {
        await call(socket, '/VolumeDriver.Create', { Name: 'made', Opts: {} })
        await call(socket, '/VolumeDriver.Remove', { Name: 'made' })
      },
      // Its Create lists all volumes.
      ...(around === 'loaded' ? { originalRounds: 1 } : {}),
    }),
    rounds,
  )
  await command('btrfs', ['subvolume', 'create', used])
  await contest(
    `mount and unmount of a volume, ${around}`,
    AIM,
    entrants(place, plugin, {
      bare: { stat: async () => stat(used) },
      async ask(socket) {
        const body = { Name: 'used', ID: randomBytes(32).toString('hex') }
        await call(socket, '/VolumeDriver.Mount', body)
        await call(socket, '/VolumeDriver.Unmount', body)
      },
    }),
    rounds,
  )
  await command('btrfs', ['subvolume', 'delete', used])
}

/** A hundred calls at once on fifty volumes: none may fail. */
export async function manyCalls(place: Yard, plugin: OurPlugin, rounds: number): Promise<void> {
  const names = Array.from({ length: VOLUMES }, (_, n) => `many${String(n)}`)
  const paths = names.map((name) => join(place.volumes, name))
  for (const path of paths) await command('btrfs', ['subvolume', 'create', path])
  await contest(
    `${String(CALLS)} calls at once on ${String(VOLUMES)} volumes (Mount, Get, Create, Path), then as many Unmount`,
    {},
    entrants(place, plugin, {
      async ask(socket) {
        const wanted = Array.from({ length: CALLS }, (_, n) => ({
          path: KINDS[n % KINDS.length] ?? '',
          body: { Name: names[n % VOLUMES] ?? '', ID: randomBytes(32).toString('hex'), Opts: {} },
        }))
        await Promise.all(wanted.map(async ({ path, body }) => call(socket, path, body)))
        await Promise.all(wanted.map(async ({ body }) => call(socket, '/VolumeDriver.Unmount', body)))
      },
      // Its server takes no more than 98 connections, and none until one of them is closed.
      isOnlyOurs: true,
    }),
    rounds,
  )
  await command('btrfs', ['subvolume', 'delete', ...paths])
}
