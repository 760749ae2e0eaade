import type { ClaimSource, CraneAction, LiftRef, RestorePoint } from '@salvage-kit/core'
import type { Resource } from '../resource/resource.ts'
import type { NamedCrane } from './settings-of.ts'

/** What one Job is to do, and what its crane finds. */
export interface Work {
  readonly action: CraneAction
  /** For messages: the crane and what it is for. */
  readonly what: string
  /** Stronger than what the configuration says. */
  readonly env: Readonly<Record<string, string>>
  /** What stands at `/salvage/volume`. */
  readonly content?: { readonly source: ClaimSource; readonly readOnly: boolean }
  /** The content of `/salvage/meta/meta.json`. */
  readonly meta?: string
  /** The content of `/salvage/forget`. */
  readonly forget?: string
}

/** A lift, of either version; `claim` is what was lifted as the cluster has it. */
export function liftWork(
  crane: NamedCrane,
  ref: LiftRef,
  source: ClaimSource,
  { claim, now }: { readonly claim: Resource; readonly now: Date },
): Work {
  const volume = volumeName(ref.target) ?? source.name
  const timestamp = String(Math.floor(Date.parse(ref.at) / 1000))
  const meta = metaJson(volume, claim, ref, crane, now)
  return {
    action: 'lift',
    what: `the crane ${JSON.stringify(crane.name)} for ${ref.target}`,
    env: {
      ...(crane.contract.version === 1 ? {} : contractEnvironment('lift')),
      SALVAGE_MACHINE_NAME: ref.machine,
      SALVAGE_CRANE_NAME: crane.name,
      SALVAGE_VOLUME_NAME: volume,
      SALVAGE_TIDE_TIMESTAMP: timestamp,
      ...(crane.contract.version === 1 ? {} : liftEnvironment(ref, now)),
    },
    content: { source, readOnly: true },
    meta,
  }
}

/** What a task of version 2 is about. */
export interface Task {
  readonly action: Exclude<CraneAction, 'lift'>
  /** Of lower, and of the check of one archive. */
  readonly point?: RestorePoint
  /** Of lower. */
  readonly destination?: ClaimSource
  /** Of forget: ids of archives or lifts. */
  readonly forget?: readonly string[]
  /** Of check: make the store when it is not there. */
  readonly init?: boolean
}

/** Everything of version 2 but a lift. */
export function taskWork(crane: NamedCrane, machine: string, task: Task): Work {
  const { action, point, destination, forget, init } = task
  const about = point === undefined ? '' : ` of ${point.target}`
  return {
    action,
    what: `the crane ${JSON.stringify(crane.name)} (${action}${about})`,
    env: {
      ...contractEnvironment(action),
      SALVAGE_MACHINE_NAME: machine,
      SALVAGE_CRANE_NAME: crane.name,
      ...(point === undefined ? {} : { SALVAGE_ARCHIVE_ID: point.id, SALVAGE_TARGET: point.target }),
      ...(destination === undefined ? {} : { SALVAGE_VOLUME_NAME: destination.name }),
      ...(init === true ? { SALVAGE_INIT: '1' } : {}),
    },
    ...(destination === undefined ? {} : { content: { source: destination, readOnly: false } }),
    ...(forget === undefined ? {} : { forget: forget.map((id) => `${id}\n`).join('') }),
  }
}

function contractEnvironment(action: CraneAction): Readonly<Record<string, string>> {
  return { SALVAGE_CONTRACT: '2', SALVAGE_ACTION: action }
}

function liftEnvironment(ref: LiftRef, now: Date): Readonly<Record<string, string>> {
  return {
    SALVAGE_RUN_ID: ref.runId,
    SALVAGE_LIFT_ID: ref.id,
    SALVAGE_TARGET: ref.target,
    SALVAGE_TAKEN_AT: now.toISOString(),
    ...(ref.tide === undefined ? {} : { SALVAGE_TIDE_NAME: ref.tide }),
    ...(ref.warm === true ? { SALVAGE_WARM: '1' } : {}),
  }
}

/** What is lifted may be a temporary claim: the volume has the name of the claim that was cut. */
function volumeName(target: string): string | undefined {
  return /^k8s:[^/]+\/([^/]+)$/.exec(target)?.[1]
}

/** The same members in the same order as for a volume of an engine. */
function metaJson(name: string, claim: Resource, ref: LiftRef, crane: NamedCrane, now: Date): string {
  const { labels = {} } = claim.metadata
  const volumeMeta = { name, ...(Object.keys(labels).length === 0 ? {} : { labels }), driver: 'pvc' }
  const hostMeta = { timestamp: now.getTime(), executionStart: Date.parse(ref.at), host: ref.machine }
  return JSON.stringify({ hostMeta, volumeMeta, crane: crane.name, image: crane.settings.image }, undefined, 2)
}
