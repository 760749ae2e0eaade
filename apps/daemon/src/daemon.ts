import { hostname } from 'node:os'
import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding, Reporter, RunLock } from '@salvage-kit/core'
import { clockwork, openRigState, openState } from '@salvage-kit/host'
import type { LoadedConfig, State, WholeTideSettings } from '@salvage-kit/host'
import { backOff } from './back-off.ts'
import { makeDesk } from './desk.ts'
import { watchLabels } from './engine-watch.ts'
import { alreadyRunning, stopping } from './error.ts'
import type { Tell } from './event.ts'
import { problemList } from './problems.ts'
import { recoverWholly } from './recover-wholly.ts'
import { makeRoster } from './roster.ts'
import { settledWithin } from './settled-within.ts'
import { claimSocket } from './socket/claim.ts'
import { serve } from './socket/server.ts'
import { socketPath } from './socket-path.ts'
import { statusOf } from './tide-status.ts'
import { volumeServices } from './volume-services.ts'
import { workers } from './work.ts'

/** What the daemon is made from. */
export interface DaemonSettings {
  readonly loaded: LoadedConfig
  /** Reads the configuration again. */
  readonly load: () => Promise<LoadedConfig>
  readonly stateDirectory: string
  /** Where relative paths start. */
  readonly directory: string
  readonly redactor: WholeTideSettings['redactor']
  readonly tell: Tell
  readonly onLine?: WholeTideSettings['onLine']
  readonly wrap?: WholeTideSettings['wrap']
  /** Calls back when the configuration may have changed, until the signal. */
  readonly onChange?: (changed: () => void, options: CallOptions) => void
}

/** How long the way back may take before the process leaves it to the next start. */
const STOP_MS = 120_000
/** How long reports that are on their way are waited for. */
const DELIVERY_MS = 10_000

/**
 * Runs tides by their schedule until the signal: stops taking work, aborts what runs, waits until its workloads are up,
 * closes. Resolves with the exit code: 0, or 4 when something could not be put back in time, which the journal knows.
 * Rejects at the start with `DAEMON.RUNNING`, `DAEMON.SOCKET` and what the state directory rejects with.
 */
export async function runDaemon(settings: DaemonSettings, { signal }: CallOptions): Promise<number> {
  const begun = performance.now()
  const startedAt = now().toISOString()
  const { tell, stateDirectory, directory, redactor, loaded } = settings
  using state = openState(stateDirectory)
  const { catalog } = state
  // The life of the daemon and what it has seen to are of this machine also then.
  const isInCluster = loaded.config.kubernetes?.state !== undefined
  await using remembered = isInCluster ? await openRigState({ loaded, stateDirectory }) : undefined
  const { journal } = remembered ?? state
  await using _life = await takeLife(state)
  const path = socketPath(loaded, stateDirectory)
  await claimSocket(path)

  const problems = problemList(tell)
  const works = clockwork()
  const sent = new Set<Promise<unknown>>()
  const beside = (work: Promise<unknown>): void => {
    sent.add(work)
    void work.finally(() => sent.delete(work))
  }
  const { load } = settings
  const roster = await makeRoster({
    load,
    first: loaded,
    catalog,
    works,
    problems,
    tell,
    now,
    redactor,
    signal,
    beside,
  })
  const abort = new AbortController()
  const crew = workers({
    tell,
    now,
    signal: abort.signal,
    open: async (tide) => {
      // What is true when the run begins counts, not what was when it was scheduled.
      await roster.refresh()
      const { onLine, wrap } = settings
      return {
        loaded: roster.loaded(),
        stateDirectory,
        directory,
        redactor,
        // A tide may have volumes that only labels name.
        docker: roster.docker().seen ? `tide ${tide}` : undefined,
        ...(onLine === undefined ? {} : { onLine }),
        ...(wrap === undefined ? {} : { wrap }),
      }
    },
    mark: roster.setMark,
    begun: (tide, nominal) => {
      const mark = roster.mark(tide)
      return mark?.nominal === nominal.toISOString() ? mark.begun : 0
    },
  })
  using desk = makeDesk({ works, roster, workers: crew, tell, now, beside, signal })
  const services = volumeServices({ loaded: roster.loaded, stateDirectory, directory, problems, tell, now })
  const refresh = async (): Promise<boolean> => {
    const read = await roster.refresh()
    if (!signal.aborted) services.look()
    desk.look()
    return read
  }

  settings.onChange?.(() => void refresh(), { signal })

  let ready = false
  await using server = await serve(path, {
    unready: () => {
      if (signal.aborted) return [findingOf(stopping())]
      const blocking = problems.all().filter(({ code }) => !ready || isBlocking(code))
      return ready || blocking.length > 0 ? blocking : [{ code: 'DAEMON.STARTING', message: 'the daemon is starting' }]
    },
    status: async () =>
      statusOf({
        machine: roster.loaded().config.machine ?? hostname(),
        tides: roster.tides(),
        catalog,
        next: (tide) => works.next(tide),
        works: crew.works(),
        problems: problems.all(),
        services: services.status(),
        daemon: { pid: process.pid, startedAt, state: signal.aborted ? 'stopping' : ready ? 'ready' : 'starting' },
      }),
    trigger: (tide, follow) => desk.trigger(tide, follow),
    redact: (text) => redactor.redact(text),
  })
  tell({ type: 'daemon.started', pid: process.pid, socket: path })

  const report: Reporter = (event) => {
    if (event.type === 'warning') tell({ type: 'problem', finding: event.finding })
  }
  // Before anything else: an engine that starts may be waiting for the plugin.
  services.look()
  const place = { loaded: roster.loaded, stateDirectory, directory, journal }
  const onStuck = async (finding: Finding): Promise<void> => {
    await refresh()
    roster.refuseDue(finding)
  }
  if (await recoverWholly({ ...place, problems, tell, report, signal, onStuck })) {
    const patience = backOff(500, 30_000)
    while (!(await roster.refresh()) && !signal.aborted) await patience.wait(signal)
    ready = true
    tell({ type: 'daemon.ready', tides: roster.tides().size, afterMs: performance.now() - begun })
    desk.open()
    await watchLabels({ ...roster, refresh }, problems, signal)
  }

  tell({ type: 'daemon.stopping', running: crew.works().map(({ tide }) => tide) })
  desk[Symbol.dispose]()
  abort.abort(signal.reason)
  const schedule = services.stopSchedule()
  const ends = await settledWithin(desk.running(), STOP_MS)
  await settledWithin([schedule], STOP_MS)
  await settledWithin([...sent], DELIVERY_MS)
  await settledWithin([services.stopPlugin()], STOP_MS)
  await server[Symbol.asyncDispose]()
  const isStuck = problems.has('recovery') || ends?.some((end) => (end.report?.stuck.length ?? 0) > 0) !== false
  const exitCode = isStuck ? 4 : 0
  tell({ type: 'daemon.stopped', exitCode })
  return exitCode
}

function now(): Date {
  return new Date()
}

/** Two daemons of one state directory would run each tide twice. The kernel ends this lock with the process. */
async function takeLife({ locks, directory }: State): Promise<RunLock> {
  try {
    return await locks.acquire('daemon', ['daemon'])
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'LOCK.BUSY') throw error
    throw alreadyRunning(`it works with the state directory ${directory}`, error)
  }
}

/** Not ready for work: the engine is away, or something is stuck. */
function isBlocking(code: string): boolean {
  return (
    code === 'RECOVER.STUCK' || code.startsWith('DOCKER.') || code.startsWith('K8S.') || code.startsWith('CATALOG.')
  )
}
