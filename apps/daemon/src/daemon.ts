import { hostname } from 'node:os'
import { findingOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding, RunLock } from '@salvage-kit/core'
import { clockwork, freshRunId, openState } from '@salvage-kit/host'
import type { DueTide, LoadedConfig, State, WholeTideSettings } from '@salvage-kit/host'
import { watchLabels } from './engine-watch.ts'
import { alreadyRunning, atWork, stopping } from './error.ts'
import type { Tell } from './event.ts'
import { problemList } from './problems.ts'
import { recoverWholly } from './recover-wholly.ts'
import { makeRoster } from './roster.ts'
import { claimSocket } from './socket/claim.ts'
import { serve } from './socket/server.ts'
import type { Answers } from './socket/server.ts'
import { settledWithin } from './settled-within.ts'
import { socketPath } from './socket-path.ts'
import { statusOf } from './tide-status.ts'
import { timer } from './timer.ts'
import { workers } from './work.ts'
import type { Order, WorkEnd } from './work.ts'

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
  const { tell, stateDirectory, directory, redactor, loaded } = settings
  using state = openState(stateDirectory)
  await using _life = await takeLife(state)
  const startedAt = now().toISOString()
  const path = socketPath(loaded, stateDirectory)
  await claimSocket(path)

  const problems = problemList(tell)
  const works = clockwork()
  const abort = new AbortController()
  const beside = new Set<Promise<unknown>>()
  const keep = (work: Promise<unknown>): void => {
    beside.add(work)
    void work.finally(() => beside.delete(work))
  }
  const roster = await makeRoster({
    load: settings.load,
    first: loaded,
    catalog: state.catalog,
    works,
    problems,
    tell,
    now,
    redactor,
    signal,
    beside: keep,
  })
  let ready = false
  let recovered = false
  const work = workers({
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
  const running = new Set<Promise<WorkEnd>>()
  const byHand = new Set<string>()

  function begin(order: Order): Promise<WorkEnd> {
    works.begin(order.tide)
    byHand.add(order.tide)
    const ended = work.run(order)
    running.add(ended)
    void over(ended, order)
    return ended
  }

  async function over(ended: Promise<WorkEnd>, order: Order): Promise<void> {
    const { delivered } = await ended
    running.delete(ended)
    byHand.delete(order.tide)
    works.done(order.tide)
    keep(tellUndelivered(delivered, order))
    look()
  }

  async function tellUndelivered(delivered: Promise<readonly Finding[]>, { tide, runId }: Order): Promise<void> {
    for (const finding of await delivered) tell({ type: 'run.event', tide, runId, event: { type: 'warning', finding } })
  }

  function orderOf(due: DueTide): Order {
    let current = due
    return {
      tide: due.tide,
      runId: freshRunId(now()),
      nominal: () => (current = works.renew(current, now())).nominal,
    }
  }

  using alarm = timer(() => look())
  function look(): void {
    if (!recovered || signal.aborted) return
    const { due, missed, setBack } = works.tick(now())
    if (setBack.length > 0) tell({ type: 'clock.set', tides: setBack })
    for (const { tide, nominal } of missed) {
      roster.setMark({ tide, nominal: nominal.toISOString(), begun: 0, ended: true })
      tell({ type: 'tide.missed', tide, nominal: nominal.toISOString() })
    }
    for (const one of due) if (!byHand.has(one.tide)) void begin(orderOf(one))
    alarm.set(works.wakeAt(), now())
  }

  const answers: Answers = {
    unready: () => {
      const blocking = problems.all().filter(({ code }) => !ready || isBlocking(code))
      if (signal.aborted) return [findingOf(stopping())]
      return ready || blocking.length > 0 ? blocking : [{ code: 'DAEMON.STARTING', message: 'the daemon is starting' }]
    },
    status: async () =>
      statusOf({
        machine: roster.loaded().config.machine ?? hostname(),
        tides: roster.tides(),
        catalog: state.catalog,
        next: (tide) => works.next(tide),
        works: work.works(),
        problems: problems.all(),
        daemon: { pid: process.pid, startedAt, state: signal.aborted ? 'stopping' : ready ? 'ready' : 'starting' },
      }),
    trigger: (tide, follow) => {
      if (signal.aborted) throw stopping()
      const current = work.works().find((one) => one.tide === tide)
      if (current !== undefined) throw atWork(tide, current.runId)
      if (!roster.tides().has(tide)) throw noSuchTide(tide, [...roster.tides().keys()])
      const runId = freshRunId(now())
      return { runId, ended: begin({ tide, runId, ...(follow === undefined ? {} : { follow }) }) }
    },
  }
  await using server = await serve(path, answers)
  tell({ type: 'daemon.started', pid: process.pid, socket: path })

  const report = (event: Parameters<WholeTideSettings['report']>[0]): void => {
    if (event.type === 'warning') tell({ type: 'problem', finding: event.finding })
  }
  recovered = await recoverWholly({
    loaded: roster.loaded,
    journal: state.journal,
    stateDirectory,
    directory,
    problems,
    tell,
    report,
    signal,
  })
  if (recovered) {
    await roster.refresh()
    ready = true
    tell({ type: 'daemon.ready', tides: roster.tides().size, afterMs: performance.now() - begun })
    look()
    settings.onChange?.(() => void roster.refresh().then(look), { signal })
    await watchLabels({ ...roster, refresh: async () => roster.refresh().then(look) }, problems, signal)
  }
  tell({ type: 'daemon.stopping', running: work.works().map(({ tide }) => tide) })
  alarm[Symbol.dispose]()
  abort.abort(signal.reason)
  const ends = await settledWithin([...running], STOP_MS)
  await settledWithin([...beside], DELIVERY_MS)
  await server[Symbol.asyncDispose]()
  const isStuck =
    problems.has('recovery') || ends === undefined || ends.some(({ report: one }) => (one?.stuck.length ?? 0) > 0)
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
  return code === 'RECOVER.STUCK' || code.startsWith('DOCKER.') || code.startsWith('CATALOG.')
}

function noSuchTide(tide: string, names: readonly string[]): SalvageError {
  return new SalvageError('TIDE.UNKNOWN', `there is no tide ${JSON.stringify(tide)}`, {
    why: names.length === 0 ? 'no tide is configured, in labels or in a file' : `known are ${names.join(', ')}`,
    hint: 'see salvage-kit status',
  })
}
