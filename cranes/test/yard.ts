import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CraneCase } from './cranes.ts'
import type { Vessel, VesselEnd, VesselOptions } from './vessel.ts'
import { LABEL, run, runVessel, startVessel, uniqueName } from './vessel.ts'

/** What a crane said of one archive. */
export interface Listed {
  readonly id: string
  readonly liftId: string
  readonly runId: string
  readonly target: string
  readonly machine: string
  readonly takenAt: string
  readonly state: string
}

/** A crane image with a store of its own. */
export interface Yard {
  readonly store: string
  readonly storePath: string
  /** Makes the store, and fails when that fails. */
  init(): Promise<void>
  lift(volume: string, liftId: string, more?: Partial<VesselOptions>): Promise<VesselEnd>
  startLift(volume: string, liftId: string, more?: Partial<VesselOptions>): Promise<Vessel>
  /** The id of the archive of a lift that must be good. */
  goodLift(volume: string, liftId: string, more?: Partial<VesselOptions>): Promise<string>
  lower(id: string, volume: string): Promise<VesselEnd>
  list(): Promise<readonly Listed[]>
  check(id: string): Promise<VesselEnd>
  forget(...ids: readonly string[]): Promise<VesselEnd>
  act(options: VesselOptions): Promise<VesselEnd>
}

/** Makes a volume; resolves with its name. */
export async function makeVolume(what: string, ...options: readonly string[]): Promise<string> {
  return run('volume', 'create', `--label=${LABEL}`, ...options, uniqueName(what))
}

/** Where a volume lies on this machine. */
export async function placeOf(volume: string): Promise<string> {
  return run('volume', 'inspect', '--format={{.Mountpoint}}', volume)
}

/** A volume with one file that no compression makes smaller. */
export async function randomVolume(megabytes: number): Promise<string> {
  const volume = await makeVolume('random')
  writeFileSync(join(await placeOf(volume), 'random'), randomBytes(megabytes * 1024 * 1024))
  return volume
}

/** How many bytes a directory takes. */
export function sizeOf(path: string): number {
  return Number(execFileSync('du', ['-sb', path], { encoding: 'utf8' }).split('\t')[0])
}

/** Resolves when a directory has grown to so many bytes. */
export async function grown(path: string, bytes: number): Promise<void> {
  while (sizeOf(path) < bytes) await sleep(50)
}

/** A {@link Yard} of a crane; the store is a new volume, or the one given. */
export async function yard(crane: CraneCase, given?: string): Promise<Yard> {
  const store = given ?? (await makeVolume('store'))
  const options = (more: VesselOptions): VesselOptions => ({
    ...more,
    env: { SALVAGE_MACHINE_NAME: 'machine one', ...crane.env, ...more.env },
    secrets: more.secrets ?? crane.secrets ?? {},
    mounts: [`${store}:/store`, ...(more.mounts ?? [])],
    create: more.create ?? crane.create ?? [],
  })
  const act = async (more: VesselOptions): Promise<VesselEnd> => runVessel(crane.image, options(more))
  const lift: Yard['lift'] = async (volume, liftId, more = {}) => act(liftOptions(volume, liftId, more))
  return {
    store,
    storePath: await placeOf(store),
    act,
    lift,
    async init() {
      const { code, output } = await act({ action: 'check', env: { SALVAGE_INIT: '1' } })
      if (code !== 0) throw new Error(`the store could not be made: ${String(code)}\n${output}`)
    },
    startLift: async (volume, liftId, more = {}) =>
      startVessel(crane.image, options(liftOptions(volume, liftId, more))),
    async goodLift(volume, liftId, more = {}) {
      const { code, output, result } = await lift(volume, liftId, more)
      if (code !== 0 || result === undefined) throw new Error(`the lift ended with ${String(code)}\n${output}`)
      const { id }: Pick<Listed, 'id'> = JSON.parse(result)
      return id
    },
    lower: async (id, volume) =>
      act({
        action: 'lower',
        env: { SALVAGE_ARCHIVE_ID: id, SALVAGE_VOLUME_NAME: volume },
        mounts: [`${volume}:/salvage/volume:nocopy`],
      }),
    async list() {
      const { code, output, archives } = await act({ action: 'list' })
      if (code !== 0 || archives === undefined) throw new Error(`the list ended with ${String(code)}\n${output}`)
      return archives
        .split('\n')
        .filter(Boolean)
        .map((line): Listed => JSON.parse(line))
    },
    check: async (id) => act({ action: 'check', env: { SALVAGE_ARCHIVE_ID: id } }),
    forget: async (...ids) => act({ action: 'forget', forget: ids }),
  }
}

function liftOptions(volume: string, liftId: string, more: Partial<VesselOptions>): VesselOptions {
  return {
    action: 'lift',
    name: `salvage-${liftId}`,
    ...more,
    env: {
      SALVAGE_VOLUME_NAME: volume,
      SALVAGE_TARGET: `docker:${volume}`,
      SALVAGE_LIFT_ID: liftId,
      SALVAGE_RUN_ID: liftId.replace(/-\d+$/, ''),
      SALVAGE_TIDE_TIMESTAMP: '1795248000',
      SALVAGE_TIDE_NAME: 'nightly, "all"',
      SALVAGE_TAKEN_AT: new Date().toISOString(),
      ...more.env,
    },
    mounts: [`${volume}:/salvage/volume:ro,nocopy`, ...(more.mounts ?? [])],
  }
}
