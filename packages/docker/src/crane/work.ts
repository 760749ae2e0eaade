import { posix } from 'node:path'
import type { CraneAction, DockerVolumeSource, DirectorySource, LiftRef, RestorePoint } from '@salvage-kit/core'
import type { Volume } from '../engine.ts'
import { liftEnvironment } from './environment.ts'
import { metaJson } from './meta-json.ts'
import { FORGET_PATH, META_PATH, RESULT_PATH } from './mounts.ts'
import type { NamedCrane } from './settings-of.ts'
import type { TarEntry } from './tar.ts'
import type { Vessel } from './vessel-labels.ts'

/** What one container is to do, and what it finds. */
export interface Work {
  readonly version: 1 | 2
  readonly vessel: Vessel
  /** For messages: the crane and what it is for. */
  readonly what: string
  /** Stronger than what the configuration says. */
  readonly env: Readonly<Record<string, string>>
  /** What stands at `/salvage/volume`. */
  readonly content?: { readonly source: DockerVolumeSource | DirectorySource; readonly readOnly: boolean }
  /** What is put into the container; `volume` is what the engine says of the content. */
  readonly files: (volume: Volume | undefined, now: Date) => readonly TarEntry[]
}

/** A lift of version 1: exactly what the original gives its cranes. */
export function liftWork(vessel: Vessel, crane: NamedCrane, ref: LiftRef, source: DockerVolumeSource): Work {
  return {
    version: 1,
    vessel,
    what: `the crane ${JSON.stringify(crane.name)} for volume ${source.name}`,
    env: liftEnvironment(ref, crane.name, source.name),
    content: { source, readOnly: true },
    files: (volume, now) => metaEntries(volume, ref, crane, now),
  }
}

/** A lift of version 2. */
export function liftWork2(
  vessel: Vessel,
  crane: NamedCrane,
  ref: LiftRef,
  source: DockerVolumeSource,
  takenAt: string,
): Work {
  const first = liftWork(vessel, crane, ref, source)
  return {
    ...first,
    version: 2,
    env: {
      ...first.env,
      ...contractEnvironment('lift', ref.machine, crane),
      SALVAGE_RUN_ID: ref.runId,
      SALVAGE_LIFT_ID: ref.id,
      SALVAGE_TARGET: ref.target,
      SALVAGE_TAKEN_AT: takenAt,
      ...(ref.tide === undefined ? {} : { SALVAGE_TIDE_NAME: ref.tide }),
      ...(ref.warm === true ? { SALVAGE_WARM: '1' } : {}),
    },
    files: (volume, now) => [...ownEntries, { path: 'salvage/meta/' }, ...metaEntries(volume, ref, crane, now)],
  }
}

/** What a task of version 2 is about. */
export interface Task {
  readonly action: Exclude<CraneAction, 'lift'>
  readonly machine: string
  /** Of lower, and of the check of one archive. */
  readonly point?: RestorePoint
  /** Of lower. */
  readonly destination?: DockerVolumeSource | DirectorySource
  /** Of forget: ids of archives or lifts. */
  readonly forget?: readonly string[]
  /** Of check: make the store when it is not there. */
  readonly init?: boolean
}

/** Everything of version 2 but a lift. */
export function taskWork(vessel: Vessel, crane: NamedCrane, task: Task): Work {
  const { action, machine, point, destination, forget, init } = task
  const about = point === undefined ? '' : ` of ${point.target}`
  return {
    version: 2,
    vessel,
    what: `the crane ${JSON.stringify(crane.name)} (${action}${about})`,
    env: {
      ...contractEnvironment(action, machine, crane),
      ...(point === undefined ? {} : { SALVAGE_ARCHIVE_ID: point.id, SALVAGE_TARGET: point.target }),
      ...(destination?.medium === 'docker-volume' ? { SALVAGE_VOLUME_NAME: destination.name } : {}),
      ...(init === true ? { SALVAGE_INIT: '1' } : {}),
    },
    ...(destination === undefined ? {} : { content: { source: destination, readOnly: false } }),
    files: () => [
      ...ownEntries,
      ...(forget === undefined
        ? []
        : [{ path: FORGET_PATH.slice(1), content: forget.map((id) => `${id}\n`).join('') }]),
    ],
  }
}

/** The parent too: an engine makes one that is missing as it likes. */
const ownEntries: readonly TarEntry[] = [
  { path: `${posix.dirname(RESULT_PATH).slice(1)}/` },
  { path: `${RESULT_PATH.slice(1)}/`, mode: 0o1777 },
]

function contractEnvironment(
  action: CraneAction,
  machine: string,
  crane: NamedCrane,
): Readonly<Record<string, string>> {
  return {
    SALVAGE_CONTRACT: '2',
    SALVAGE_ACTION: action,
    SALVAGE_MACHINE_NAME: machine,
    SALVAGE_CRANE_NAME: crane.name,
  }
}

function metaEntries(
  volume: Volume | undefined,
  ref: LiftRef,
  { name, settings }: NamedCrane,
  now: Date,
): readonly TarEntry[] {
  if (volume === undefined) throw new Error('a lift has a volume')
  return [{ path: META_PATH.slice(1), content: metaJson(volume, ref, name, settings.image, now) }]
}
