import { exitCodeOf, exitCodeOfError, findingOf, isSalvageError } from '@salvage-kit/core'
import type { Finding, RunEvent, TideMark } from '@salvage-kit/core'
import { wholeTide } from '@salvage-kit/host'
import type { WholeTideEnd, WholeTideSettings } from '@salvage-kit/host'
import { backOff } from './back-off.ts'
import type { Tell } from './event.ts'
import { slots } from './slots.ts'

/** A run of a tide that waits or goes on. */
export interface Work {
  readonly tide: string
  readonly runId: string
  readonly state: 'waiting' | 'running'
  /** ISO 8601 in UTC; the time of the schedule. Absent by hand. */
  readonly nominal?: string
  readonly since: string
}

/** What is to be run. */
export interface Order {
  readonly tide: string
  readonly runId: string
  /** The newest time of the schedule that the run is for, asked when it begins; absent by hand. */
  readonly nominal?: () => Date
  /** Gets the events of this run besides everybody else. Quick, and must not throw. */
  readonly follow?: (event: RunEvent) => void
}

/** What working takes. */
export interface WorkSettings {
  readonly tell: Tell
  readonly now: () => Date
  /** Aborts what runs: workloads rise. */
  readonly signal: AbortSignal
  /** What a run is opened with, as things are when it begins. */
  readonly open: (tide: string) => Promise<Omit<WholeTideSettings, 'tide' | 'runId' | 'nominal' | 'report' | 'again'>>
  /** Remembers how far a tide has come. Told synchronously and durable when the call returns; may throw. */
  readonly mark: (mark: TideMark) => void
  /** How often a run for this time was begun already. */
  readonly begun: (tide: string, nominal: Date) => number
}

/** How a run ended. */
export interface WorkEnd extends Omit<WholeTideEnd, 'error'> {
  readonly exitCode: number
  readonly finding?: Finding
}

/** Runs tides, each in its turn. */
export interface Workers {
  /** Never rejects. Resolves when the run is over and everything of it closed; reports may still be on their way. */
  run(order: Order): Promise<WorkEnd>
  /** What waits or goes on. */
  works(): readonly Work[]
}

/** Tides that share no target run side by side, but not more than this. */
const AT_ONCE = 4
/** An engine or a cluster that does not answer. */
const AWAY = new Set(['PREFLIGHT.DOCKER', 'DOCKER.UNREACHABLE', 'DOCKER.DEADLINE', 'K8S.UNREACHABLE', 'K8S.BUSY'])
/** How long a run waits for one that is away. */
const ENGINE_PATIENCE_MS = 600_000

/** Nobody at work yet. */
export function workers(settings: WorkSettings): Workers {
  const { tell, now, signal } = settings
  const atWork = new Map<string, Work>()
  const room = slots(AT_ONCE)
  let ended = Promise.withResolvers<void>()

  const anyEnd = async (orThis: Promise<void>): Promise<void> => Promise.race([ended.promise, orThis])

  async function work(order: Order): Promise<WholeTideEnd> {
    const { tide, runId, nominal } = order
    let slot = await room.take(signal)
    // Stopped before its turn: nobody is told of a run that never was, and that is made good later.
    if (slot === undefined) return { error: signal.reason, delivered: Promise.resolve([]) }
    const set = (state: Work['state']): void => {
      const time = nominal === undefined ? {} : { nominal: nominal().toISOString() }
      atWork.set(runId, { tide, runId, state, ...time, since: now().toISOString() })
    }
    const since = performance.now()
    const patience = backOff(1000, 30_000)
    let began: TideMark | undefined
    let isOver = false
    let toldWhy: string | undefined
    const report = (event: RunEvent): void => {
      if (event.type === 'run.started') {
        set('running')
        if (nominal !== undefined) {
          const time = nominal()
          began = { tide, nominal: time.toISOString(), begun: settings.begun(tide, time) + 1, ended: false }
          settings.mark(began)
        }
      }
      order.follow?.(event)
      isOver ||= event.type === 'run.finished'
      if (isOver && event.type === 'warning') tell({ type: 'tide.warning', tide, runId, finding: event.finding })
      else tell({ type: 'run.event', tide, runId, event })
    }
    const again = async (error: unknown): Promise<boolean> => {
      const why = whyWait(error, performance.now() - since)
      if (why === undefined || began !== undefined) return false
      set('waiting')
      // Once for each cause, however often it is tried.
      const cause = `${why.code} ${why.message}`
      if (cause !== toldWhy) tell({ type: 'tide.waiting', tide, runId, finding: why })
      toldWhy = cause
      // Whoever of us holds the targets is over soon; others do not tell.
      slot?.[Symbol.dispose]()
      await anyEnd(patience.wait(signal))
      slot = await room.take(signal)
      return slot !== undefined
    }
    const what = { tide, runId, report, again, ...(nominal === undefined ? {} : { nominal }) }
    try {
      const end = await wholeTide({ ...(await settings.open(tide)), ...what }, { signal })
      if (nominal !== undefined) finish(began, { tide, nominal, end })
      return end
    } finally {
      slot?.[Symbol.dispose]()
    }
  }

  /** What was broken off with the daemon is not over: it is made good once after the next start. */
  function finish(
    began: TideMark | undefined,
    { tide, nominal, end }: { readonly tide: string; readonly nominal: () => Date; readonly end: WholeTideEnd },
  ): void {
    if (signal.aborted && (end.report === undefined || end.report.aborted)) return
    // Asked only for a run that never began: a time that came meanwhile is another run's.
    settings.mark({ ...(began ?? { tide, nominal: nominal().toISOString(), begun: 1 }), ended: true })
  }

  async function run(order: Order): Promise<WorkEnd> {
    const { tide, runId, nominal } = order
    const time = nominal === undefined ? {} : { nominal: nominal().toISOString() }
    atWork.set(runId, { tide, runId, state: 'waiting', ...time, since: now().toISOString() })
    tell({ type: 'tide.due', tide, runId, ...time })
    let end: WholeTideEnd
    try {
      end = await work(order)
    } catch (error) {
      // A bug in one run must not end the others.
      end = { error, delivered: Promise.resolve([]) }
    }
    atWork.delete(runId)
    ended.resolve()
    ended = Promise.withResolvers()
    const { report, error, delivered } = end
    const outcome = report === undefined ? { finding: findingOf(error) } : { report }
    const exitCode = report === undefined ? exitCodeOfError(error) : exitCodeOf(report)
    tell({ type: 'tide.ended', tide, runId, exitCode, ...outcome })
    return { exitCode, delivered, ...outcome }
  }

  return { run, works: () => [...atWork.values()] }
}

/** Why a run that was refused is tried again; undefined when it is not. */
function whyWait(error: unknown, waitedMs: number): Finding | undefined {
  if (!isSalvageError(error)) return undefined
  const { code } = error
  if (code === 'LOCK.BUSY') return findingOf(error)
  const isAway = AWAY.has(code)
  return isAway && error.retryable && waitedMs < ENGINE_PATIENCE_MS ? findingOf(error) : undefined
}
