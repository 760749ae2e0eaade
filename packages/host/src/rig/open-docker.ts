import { errorText, findingOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { Backend, Finding, LiftRef } from '@salvage-kit/core'
import type { ContainerCraneSettings, RootLabels, RootProblem } from '@salvage-kit/docker'
import type { CraneEntry } from '../config/config.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import type { DockerNeed } from './platforms.ts'

/** What the rig has of Docker. */
export interface OpenDocker {
  /** `absent`: there is no engine on this machine at all; `unreachable`: there is, and it does not answer. */
  readonly state: 'off' | 'connected' | 'absent' | 'unreachable'
  /** Absent when Docker is left alone, or away without being asked for. */
  readonly backend?: Backend
  readonly labels: RootLabels
  /** Of configuration and labels together. */
  readonly cranes: Readonly<Record<string, ContainerCraneSettings>>
  /** Why the engine cannot be reached. */
  readonly failure?: Finding
}

/** What opening Docker takes. */
export interface DockerSettings {
  readonly loaded: LoadedConfig
  readonly need: DockerNeed
  /** A dead run's way back needs the backend also when the engine is away. */
  readonly always: boolean
  /** Of the tide that is run; asked when its containers are looked at. */
  readonly healthTimeoutMs: () => number | undefined
  /** Directories of this machine in which another driver keeps its volumes. */
  readonly volumeRoots?: readonly string[]
  readonly warn: (finding: Finding) => void
  readonly onLine: (ref: LiftRef, line: string) => void
  /** Gets what the labels of the root container say, as soon as it is known. */
  readonly onLabels: (labels: RootLabels) => void
}

const NO_LABELS: RootLabels = { tides: [], reports: {}, cranes: {}, problems: [] }

/**
 * Connects to the engine and reads what its labels say of tides and cranes; loads the backend only when it is needed.
 * Rejects with `PREFLIGHT.DOCKER` when it is needed and cannot be had. A crane that configuration and labels define is a
 * problem of the labels, `TIDE.CONFLICT`: tides with that crane do not run.
 */
export async function openDocker(
  settings: DockerSettings,
  options: { readonly signal: AbortSignal },
): Promise<OpenDocker> {
  const { loaded, need } = settings
  const configured = Object.fromEntries(
    Object.entries(loaded.config.cranes ?? {}).map(([name, entry]) => [name, craneSettings(entry)]),
  )
  if (need.kind === 'none') return { state: 'off', labels: NO_LABELS, cranes: configured }
  if (need.kind === 'required' && loaded.config.docker?.enabled === false)
    throw switchedOff(need.by, loaded.placeOf(['docker', 'enabled']))
  const { docker, dockerodeEngine, readRootLabels } = await import('@salvage-kit/docker')
  const { machine } = loaded.config
  const host = loaded.config.docker?.host
  const engine = dockerodeEngine(host === undefined ? {} : { host })
  const make = (cranes: OpenDocker['cranes']): Backend =>
    docker({
      engine,
      cranes,
      ...(machine === undefined ? {} : { machine }),
      healthTimeoutMs: settings.healthTimeoutMs,
      ...(settings.volumeRoots === undefined ? {} : { volumeRoots: settings.volumeRoots }),
      warn: settings.warn,
      onLine: settings.onLine,
    })
  try {
    const labels = await readRootLabels(engine, options)
    settings.onLabels(labels)
    const cranes = { ...labels.cranes, ...configured }
    const problems = [...labels.problems, ...twoCranes(configured, labels, loaded)]
    return { state: 'connected', backend: make(cranes), labels: { ...labels, problems }, cranes }
  } catch (error) {
    options.signal.throwIfAborted()
    if (!isAway(error)) throw error
    if (need.kind === 'required') throw away(need.by, error)
    const backend = settings.always ? { backend: make(configured) } : {}
    const state = isAbsent(error) ? 'absent' : 'unreachable'
    return { state, ...backend, labels: NO_LABELS, cranes: configured, failure: findingOf(error) }
  }
}

function twoCranes(configured: OpenDocker['cranes'], labels: RootLabels, loaded: LoadedConfig): readonly RootProblem[] {
  return Object.keys(labels.cranes)
    .filter((name) => Object.hasOwn(configured, name))
    .map((name) => ({
      code: 'TIDE.CONFLICT',
      message: `crane ${name} is defined in two places`,
      why: `${loaded.placeOf(['cranes', name])} and container ${labels.root ?? ''}, label salvage.cranes.${name}`,
      hint: 'define it in one place only',
      crane: name,
    }))
}

function craneSettings(entry: CraneEntry): ContainerCraneSettings {
  const { image, pull, env, mounts, secrets, network, maxConcurrent, timeout, stopTimeout, grace } = entry
  return {
    image,
    pull: pull ?? 'missing',
    env: env ?? {},
    mounts: mounts ?? {},
    ...(secrets === undefined ? {} : { secrets }),
    ...(network === undefined ? {} : { network }),
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(stopTimeout === undefined ? {} : { stopTimeoutMs: stopTimeout }),
    ...(grace === undefined ? {} : { graceMs: grace }),
  }
}

/** The engine is not there, or not for us; anything else that it says is said as it is. */
function isAway(error: unknown): boolean {
  return isSalvageError(error) && ['DOCKER.UNREACHABLE', 'DOCKER.PERMISSION', 'DOCKER.DEADLINE'].includes(error.code)
}

function isAbsent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

function away(by: string, error: unknown): SalvageError {
  const finding = findingOf(error)
  return new SalvageError('PREFLIGHT.DOCKER', `${by} needs Docker: ${errorText(error)}`, {
    ...(finding.why === undefined ? {} : { why: finding.why }),
    hint: finding.hint ?? 'start the engine, or say where it is with DOCKER_HOST',
    retryable: true,
    cause: error,
  })
}

function switchedOff(by: string, place: string): SalvageError {
  return new SalvageError('PREFLIGHT.DOCKER', `${by} needs Docker, which is switched off`, {
    why: `${place} says enabled: false`,
    hint: 'take that line away',
  })
}
