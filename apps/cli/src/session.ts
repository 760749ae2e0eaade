import { oneLine } from '@salvage-kit/core'
import type { LiftRef, Reporter } from '@salvage-kit/core'
import { loadConfig, openRig, openRigState, stateDirectory } from '@salvage-kit/host'
import type { LoadedConfig, OpenRig, RigSettings, RigState, Scope } from '@salvage-kit/host'
import { failureText } from './failure.ts'
import type { Invocation } from './invocation.ts'
import { letYoungSpaceGrow } from './young-objects.ts'

/** The configuration in force, and where journal and catalog stand. */
export interface Place {
  readonly loaded: LoadedConfig
  readonly state: string
}

/** What else a session may be opened with. */
export interface SessionOptions {
  /** Gets what happens. */
  readonly report?: Reporter
  /** Gets the labels of the root container as soon as they are known. */
  readonly onLabels?: NonNullable<RigSettings['onLabels']>
  /** Read before; default: read now. */
  readonly place?: Place
}

/** Reads the configuration and opens what the command is about to touch; ends with `await using`. */
export async function openSession(
  invocation: Invocation,
  scope: Scope,
  signal: AbortSignal,
  { report = () => undefined, onLabels, place }: SessionOptions = {},
): Promise<OpenRig> {
  const { options, terminal } = invocation
  const { loaded, state } = place ?? (await placeOf(invocation))
  const { passwordFile } = options
  const { directory } = terminal
  const settings = { loaded, stateDirectory: state, directory, scope, passwordFile, report }
  const onLine = (ref: LiftRef, line: string): void => terminal.err(`${ref.target}: ${oneLine(line)}\n`)
  const listeners = {
    ...(options.verbose === true ? { onLine } : {}),
    ...(onLabels === undefined ? {} : { onLabels }),
  }
  const rig = await openRig({ ...settings, ...listeners }, { signal })
  letYoungSpaceGrow()
  for (const secret of rig.secrets) terminal.redactor.add(secret)
  if (options.quiet !== true) for (const warning of rig.warnings) terminal.err(failureText(warning, 'warning'))
  return rig
}

/** Opens journal and catalog alone, for what only looks back; ends with `await using`. */
export async function openMemory(invocation: Invocation): Promise<RigState> {
  const { loaded, state } = await placeOf(invocation)
  return openRigState({ loaded, stateDirectory: state, reads: 'must' })
}

/** Reads the configuration. Rejects with `CONFIG.NOT_FOUND`, `CONFIG.UNREADABLE`, `CONFIG.INVALID`. */
export async function placeOf({ options, terminal }: Invocation): Promise<Place> {
  const { environment, directory } = terminal
  const loaded = await loadConfig({ file: options.config, environment, directory })
  const configured = loaded.config.state
  const isRoot = process.getuid?.() === 0
  const state = stateDirectory({ option: options.state, configured, environment, directory, isRoot })
  return { loaded, state }
}
