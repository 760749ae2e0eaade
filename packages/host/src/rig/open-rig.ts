import { hostname } from 'node:os'
import { join } from 'node:path'
import type {
  Backend,
  CallOptions,
  Finding,
  LiftRef,
  Reference,
  Reporter,
  Rig,
  Store,
  Target,
  TargetRef,
} from '@salvage-kit/core'
import type { BtrfsSettings } from '@salvage-kit/btrfs'
import type { RootLabels } from '@salvage-kit/docker'
import type { LoadedConfig } from '../config/load-config.ts'
import { makeStore, storeByReference } from '../store/make-store.ts'
import type { StoreOptions } from '../store/make-store.ts'
import { knownTides, tideNamed } from '../tide/known-tides.ts'
import type { TideSettings } from '../tide/merge-tides.ts'
import { undefinedTides } from '../tide/undefined-tides.ts'
import { cattleBackend } from '../cattle/backend.ts'
import { intoBackend, isOnlyInto, needsInto } from '../cattle/into.ts'
import { needsCattle } from '../cattle/need.ts'
import { directoriesOf } from './directories.ts'
import { btrfsHere, openBtrfs, volumeRootsOf } from './open-btrfs.ts'
import { openDocker } from './open-docker.ts'
import type { OpenDocker } from './open-docker.ts'
import { kubernetesNeed, namespacesOf } from './kubernetes-need.ts'
import { openKubernetes } from './open-kubernetes.ts'
import type { OpenKubernetes } from './open-kubernetes.ts'
import { btrfsNeed, dockerNeed } from './platforms.ts'
import type { Scope } from './platforms.ts'
import { openRigState } from './rig-state.ts'

/** What a rig is opened from. */
export interface RigSettings {
  readonly loaded: LoadedConfig
  readonly stateDirectory: string
  /** Where relative paths of stores start. */
  readonly directory: string
  readonly scope: Scope
  /** `--password-file`. */
  readonly passwordFile?: string | undefined
  readonly report: Reporter
  /** Gets each line that a crane image prints. Must not throw. */
  readonly onLine?: (ref: LiftRef, line: string) => void
  /** Gets what the labels of the root container say as soon as it is known, also when opening fails then. Must not throw. */
  readonly onLabels?: (labels: RootLabels) => void
}

/** A rig, what is configured around it, and the files that are closed with it. */
export interface OpenRig extends Rig, AsyncDisposable {
  readonly machine: string
  readonly stateDirectory: string
  readonly docker: Pick<OpenDocker, 'state' | 'failure'>
  /** Where BTRFS volumes are; absent when nothing here is BTRFS's. */
  readonly btrfs?: BtrfsSettings
  /** The cluster that is looked at; absent when nothing here is Kubernetes's. */
  readonly kubernetes?: OpenKubernetes
  /** Why the cluster was left out although it was wanted. */
  readonly clusterFailure?: Finding
  /** The tides of configuration and labels. */
  readonly tides: ReadonlyMap<string, TideSettings>
  /** Throws `TIDE.UNKNOWN`, or what is wrong with the tide's labels. */
  tide(name: string): TideSettings
  /** The configured stores. */
  readonly storeNames: readonly string[]
  /** The store that a person writes: a name, `archive:DIR`, `restic:ADDRESS`, `crane:NAME`. Rejects with `STORE.UNKNOWN`. */
  store(text: string): Promise<Store>
  /** The store of a point or a plan, with the password file of the configured store that it is. */
  storeOf(ref: Reference): Promise<Store>
  /** Everything that is wrong with labels, also of one tide or crane alone, and tides that nobody defines. */
  slips(targets: readonly Target[]): readonly Finding[]
  /** Labels that mean nothing, and what else a person should know. */
  readonly warnings: readonly Finding[]
  /** Values that must never be shown. */
  readonly secrets: readonly string[]
}

/**
 * Puts the backends that a command needs together with journal, locks and catalog. Docker is loaded and connected only
 * when something is Docker's; when it is away and nothing asked for it, it is left out. Rejects with `PREFLIGHT.STATE`,
 * `PREFLIGHT.DOCKER`, `TIDE.CONFLICT`, `BTRFS.SETTINGS`, `PREFLIGHT.KUBERNETES`, `K8S.CONFIG`, `RANCHER.…`; with the state in a cluster
 * also with what the cluster says.
 */
export async function openRig(settings: RigSettings, options: CallOptions): Promise<OpenRig> {
  options.signal.throwIfAborted()
  const { loaded, scope } = settings
  await using opening = new AsyncDisposableStack()
  const { stateDirectory } = settings
  const state = opening.use(await openRigState({ loaded, stateDirectory, reads: scope.reads, report: settings.report }))
  const pending = await state.journal.pending()
  const machine = loaded.config.machine ?? hostname()
  const need = dockerNeed(loaded.config, scope, pending)
  const warn = (finding: Finding): void => settings.report({ type: 'warning', finding })
  const onLine = settings.onLine ?? (() => undefined)
  const onLabels = settings.onLabels ?? (() => undefined)
  // What is asked before the tides are known concerns none of them.
  let known: ReadonlyMap<string, TideSettings> = new Map()
  const healthTimeoutMs = (): number | undefined =>
    scope.tide === undefined ? undefined : known.get(scope.tide)?.healthTimeoutMs
  const listeners = { healthTimeoutMs, warn, onLine, onLabels }
  const isMounted = await btrfsHere()
  const volumeRoots = isMounted ? await volumeRootsOf(loaded) : []
  const docker = await openDocker({ loaded, need, always: pending.length > 0, volumeRoots, ...listeners }, options)
  const { tides, defined, problems } = knownTides(loaded, docker.labels, new Date())
  known = tides
  const named = [...scope.targets, ...targetsOfTide(tides, scope.tide)]
  const onBtrfs = await openBtrfs({
    loaded,
    need: btrfsNeed(loaded.config, scope, { pending, isMounted }),
    verbsOnly: scope.btrfs === true,
    targets: named,
    warn,
  })
  const found = await openKubernetes(
    {
      loaded,
      need: kubernetesNeed(loaded.config, scope, pending),
      namespaces: namespacesOf(loaded.config, scope, { named, pending }),
      cluster: state.cluster,
      journal: state.journal,
      locks: state.locks,
      onLine,
    },
    opening,
    options,
  )
  const inCluster = found !== undefined && 'backend' in found ? found : undefined
  const clusterFailure = found !== undefined && 'code' in found ? found : undefined
  const onCattle = needsCattle(loaded.config, scope)
    ? cattleBackend(loaded, opening.use(new AsyncDisposableStack()))
    : undefined
  const into = needsInto(loaded.config, { named, scope, pending })
    ? await intoBackend(loaded, opening.use(new AsyncDisposableStack()), warn)
    : undefined
  const ofDocker = isOnlyInto(loaded.config, named) ? withoutSurvey(docker.backend) : docker.backend
  const here = scope.btrfs === true ? undefined : await openLocal(settings, named)
  const names = { stores: loaded.config.stores ?? {}, cranes: Object.keys(docker.cranes) }
  const stores: StoreOptions = {
    names,
    directory: settings.directory,
    passwordFile: settings.passwordFile,
    sshPort: onBtrfs.sshPort,
  }
  const kept = opening.move()
  return {
    backends: [here, ofDocker, onBtrfs.backend, inCluster?.backend, onCattle, into].filter((one) => one !== undefined),
    journal: state.journal,
    locks: state.locks,
    catalog: state.catalog,
    report: settings.report,
    now: () => new Date(),
    machine,
    stateDirectory,
    staging: join(stateDirectory, 'staging'),
    docker,
    ...(onBtrfs.settings === undefined ? {} : { btrfs: onBtrfs.settings }),
    ...(inCluster === undefined ? {} : { kubernetes: inCluster }),
    ...(clusterFailure === undefined ? {} : { clusterFailure }),
    tides,
    tide: (name) => tideNamed(name, tides, problems, docker.failure),
    storeNames: Object.keys(names.stores),
    store: (text) => makeStore(text, stores),
    storeOf: (ref) => storeByReference(ref, stores),
    slips: (targets) => [...problems, ...undefinedTides(defined, loaded, targets)],
    warnings: [
      ...(state.finding === undefined ? [] : [state.finding]),
      ...problems.filter((problem) => problem.tide === undefined && problem.crane === undefined),
      ...(scope.tide === undefined ? [] : leftOut(docker)),
      ...onBtrfs.findings,
      ...(inCluster?.findings ?? []),
      ...(clusterFailure === undefined ? [] : [clusterFailure]),
    ],
    secrets: Object.values(docker.cranes).flatMap(({ env }) => secretValues(env)),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Containers that write to the directory of dumps stay up, as they always did. */
function withoutSurvey(backend: Backend | undefined): Backend | undefined {
  if (backend === undefined) return undefined
  const { discovery: _discovery, ...others } = backend
  return others
}

/** Directories and the stores of this machine. */
async function openLocal({ loaded, stateDirectory }: RigSettings, named: readonly TargetRef[]): Promise<Backend> {
  const { local } = await import('@salvage-kit/local')
  return local({ directories: directoriesOf(loaded.config, named), stateDirectory })
}

function targetsOfTide(tides: ReadonlyMap<string, TideSettings>, name: string | undefined): readonly TargetRef[] {
  return name === undefined ? [] : (tides.get(name)?.targets ?? [])
}

/** A tide may have volumes that only labels name: when the engine is there and does not answer, that is worth a word. */
function leftOut({ state, failure }: OpenDocker): readonly Finding[] {
  if (state !== 'unreachable' || failure === undefined) return []
  return [{ ...failure, message: `Docker is left out: ${failure.message}` }]
}

/** Values of variables whose names say that they are secret. Others (`1`, `yes`) would mask half of every text. */
function secretValues(env: Readonly<Record<string, string>>): readonly string[] {
  const secret = /pass|secret|token|key|credential|auth/i
  return Object.entries(env).flatMap(([name, value]) => (secret.test(name) && value.length >= 4 ? [value] : []))
}
