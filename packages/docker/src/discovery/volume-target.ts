import { access, constants, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { CallOptions, Target } from '@salvage-kit/core'
import type { DockerEngine, Volume } from '../engine.ts'
import { identityOf } from '../directory-identity.ts'
import { hostPathOf } from '../host-path.ts'
import { COMPOSE } from '../label/keys.ts'
import { targetRef } from '../label/volume-item.ts'
import { boundDirectory } from './shared-content.ts'

/** What is known of the machine when volumes become targets. */
export interface Vantage {
  /** This process runs on the engine's machine and sees its files under their own paths. */
  readonly onEngineMachine: boolean
}

/** What labels say of a volume: which tides it belongs to, and which cranes lift it there instead of theirs. */
export interface Said {
  readonly tides: readonly string[]
  readonly stores: Target['stores'] | undefined
}

/** A volume as a target. */
export async function volumeTarget(
  engine: DockerEngine,
  volume: Volume,
  { tides, stores }: Said,
  vantage: Vantage,
  options: CallOptions,
): Promise<Target> {
  const project = volume.labels[COMPOSE.project]
  const hostPath = await readableAt(engine, volume, vantage, options)
  const hostIdentity = hostPath === undefined ? undefined : await identityOf(hostPath)
  return {
    ref: targetRef(volume.name),
    source: {
      medium: 'docker-volume',
      name: volume.name,
      ...(volume.createdAt === undefined ? {} : { createdAt: volume.createdAt }),
      ...(hostPath === undefined ? {} : { hostPath }),
      ...(hostIdentity === undefined ? {} : { hostIdentity }),
    },
    ...(project === undefined ? {} : { project }),
    tides,
    ...(stores === undefined ? {} : { stores }),
  }
}

/**
 * Where the volume's content can be read at any time. A volume with a device is mounted at its mount point only while a
 * container uses it: after the stop of the last one an empty directory is there. A bound directory always is itself.
 */
async function readableAt(
  engine: DockerEngine,
  volume: Volume,
  { onEngineMachine }: Vantage,
  options: CallOptions,
): Promise<string | undefined> {
  if (engine.socketPath === undefined) return undefined
  const bound = boundDirectory(volume)
  if (bound === undefined) return hostPathOf(engine, volume, options)
  return onEngineMachine && (await isReadableDirectory(bound)) ? bound : undefined
}

/** Whether an engine that says it runs on `name` runs where this process does, which is in no container of it. */
export function isEngineMachine(name: string, inContainer: boolean): boolean {
  return !inContainer && name !== '' && name === hostname()
}

async function isReadableDirectory(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK | constants.X_OK)
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
