import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DockerVolumeSource, LiftRef } from '@salvage-kit/core'
import type { ContainerCrane, ContainerCraneOptions } from '../src/crane/container-crane.ts'
import { containerCrane, craneStore } from '../src/crane/container-crane.ts'
import type { ContainerCraneSettings } from '../src/crane/settings.ts'
import type { Bench } from './bench.ts'
import { bench, calm } from './bench.ts'

/** The crane image of the tests; `images/crane/crane` says what its variables do. */
export const CRANE_IMAGE = 'salvage-test/crane'

/** The crane image of version 2; `images/crane2/crane` says what its variables do. */
export const CRANE2_IMAGE = 'salvage-test/crane2'

/** A bench with the crane image on it, and the words of its tests. */
export interface Yard extends Bench {
  /** The crane `c` with these settings. */
  crane(settings?: Partial<ContainerCraneSettings>, options?: Omit<ContainerCraneOptions, 'cranes'>): ContainerCrane
  /** The same of version 2, whose store is the volume `store`. */
  crane2(settings?: Partial<ContainerCraneSettings>, options?: Omit<ContainerCraneOptions, 'cranes'>): ContainerCrane
  /** A volume with files in it. */
  volume(name: string, files?: Readonly<Record<string, string>>): Promise<DockerVolumeSource>
  /** A file of a volume. */
  read(volume: string, path: string): Promise<string>
  /** The names of all crane containers. */
  vessels(): Promise<readonly string[]>
  /** Resolves when the crane of this lift has said that it is ready. */
  ready(ref: LiftRef): Promise<void>
}

/** Starts a {@link Yard}. */
export async function craneYard(): Promise<Yard> {
  const on = await bench()
  const run = async (...args: string[]): Promise<string> => on.cli(...args)
  for (const [image, folder] of [
    [CRANE_IMAGE, 'crane'],
    [CRANE2_IMAGE, 'crane2'],
  ] as const)
    await run('build', '--quiet', '--network=none', '--tag', image, join(import.meta.dirname, 'images', folder))
  const mountpoint = async (volume: string): Promise<string> =>
    run('volume', 'inspect', '--format={{.Mountpoint}}', volume)
  return {
    ...on,
    crane: (settings = {}, options = {}) =>
      containerCrane(async () => on.engine, { ...options, cranes: { c: craneSettings(settings) } }),
    crane2: (settings = {}, options = {}) =>
      containerCrane(async () => on.engine, { ...options, cranes: { c: crane2Settings(settings) } }),
    async volume(name, files = {}) {
      await run('volume', 'create', name)
      const place = await mountpoint(name)
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(place, path)), { recursive: true })
        await writeFile(join(place, path), content)
      }
      const createdAt = (await on.engine.inspectVolume(name, calm()))?.createdAt
      return { medium: 'docker-volume', name, hostPath: place, ...(createdAt === undefined ? {} : { createdAt }) }
    },
    read: async (volume, path) => readFile(join(await mountpoint(volume), path), 'utf8'),
    async vessels() {
      const names = await run('ps', '--all', '--filter=label=salvage.entity', '--format={{.Names}}')
      return names.split('\n').filter(Boolean)
    },
    async ready(ref) {
      const logs = async (): Promise<string> => run('logs', '--tail=20', `salvage-${ref.id}`).catch(() => '')
      while (!(await logs()).includes('ready')) await sleep(50)
    },
  }
}

/** Settings of the crane image of the tests. */
export function craneSettings(settings: Partial<ContainerCraneSettings> = {}): ContainerCraneSettings {
  return { image: CRANE_IMAGE, pull: 'never', env: {}, mounts: {}, ...settings }
}

/** The same of version 2. */
export function crane2Settings(settings: Partial<ContainerCraneSettings> = {}): ContainerCraneSettings {
  return craneSettings({ image: CRANE2_IMAGE, mounts: { store: '/store' }, ...settings })
}

/** A lift that there has not been yet. */
export function liftRef(volume: string): LiftRef {
  const runId = `20261121t080000z-${randomBytes(3).toString('hex')}`
  return {
    id: `${runId}-1`,
    runId,
    target: `docker:${volume}`,
    store: craneStore('c'),
    at: '2026-11-21T08:00:00.500Z',
    machine: 'machine one',
    tide: 'd',
  }
}
