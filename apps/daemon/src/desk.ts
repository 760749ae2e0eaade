import type { Finding, RunEvent } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import { freshRunId } from '@salvage-kit/host'
import type { Clockwork, DueTide } from '@salvage-kit/host'
import { atWork, stopping } from './error.ts'
import type { Tell } from './event.ts'
import type { Roster } from './roster.ts'
import { timer } from './timer.ts'
import type { Order, WorkEnd, Workers } from './work.ts'

/** What a desk works with. */
export interface DeskSettings {
  readonly works: Clockwork
  readonly roster: Roster
  readonly workers: Workers
  readonly tell: Tell
  readonly now: () => Date
  /** Gets what goes on after a run: reports that are on their way. */
  readonly beside: (work: Promise<unknown>) => void
  /** From here on nothing more is begun. */
  readonly signal: AbortSignal
}

/** Where runs are ordered: by the clock once it is open, and by hand. */
export interface Desk extends Disposable {
  /** Begins what is due, from now on and now. */
  open(): void
  /** Looks at the clock, when the tides may have changed. */
  look(): void
  /** Orders a run by hand. Throws `DAEMON.STOPPING`, `DAEMON.BUSY`, `TIDE.UNKNOWN`. */
  trigger(
    tide: string,
    follow?: (event: RunEvent) => void,
  ): { readonly runId: string; readonly ended: Promise<WorkEnd> }
  /** Runs that are not over. They never reject. */
  running(): readonly Promise<WorkEnd>[]
}

/** A desk that is not open yet. */
export function makeDesk({ works, roster, workers, tell, now, beside, signal }: DeskSettings): Desk {
  const running = new Set<Promise<WorkEnd>>()
  const alarm = timer(() => look())
  let isOpen = false

  function begin(order: Order): Promise<WorkEnd> {
    works.begin(order.tide)
    const ended = workers.run(order)
    running.add(ended)
    void over(ended, order)
    return ended
  }

  async function over(ended: Promise<WorkEnd>, order: Order): Promise<void> {
    const { delivered } = await ended
    running.delete(ended)
    works.done(order.tide)
    beside(tellUndelivered(delivered, order))
    look()
  }

  async function tellUndelivered(delivered: Promise<readonly Finding[]>, { tide, runId }: Order): Promise<void> {
    for (const finding of await delivered) tell({ type: 'tide.warning', tide, runId, finding })
  }

  function orderOf(due: DueTide): Order {
    let current = due
    const nominal = (): Date => (current = works.renew(current, now())).nominal
    return { tide: due.tide, runId: freshRunId(now()), nominal }
  }

  function look(): void {
    if (!isOpen || signal.aborted) return
    const { due, missed, setBack } = works.tick(now())
    if (setBack.length > 0) tell({ type: 'clock.set', tides: setBack })
    for (const { tide, nominal } of missed) {
      roster.setMark({ tide, nominal: nominal.toISOString(), begun: 0, ended: true })
      tell({ type: 'tide.missed', tide, nominal: nominal.toISOString() })
    }
    for (const one of due) void begin(orderOf(one))
    alarm.set(works.wakeAt(), now())
  }

  return {
    look,
    open: () => {
      isOpen = true
      look()
    },
    trigger: (tide, follow) => {
      if (signal.aborted) throw stopping()
      const current = workers.works().find((one) => one.tide === tide)
      if (current !== undefined) throw atWork(tide, current.runId)
      if (!roster.tides().has(tide)) throw noSuchTide(tide, [...roster.tides().keys()])
      const runId = freshRunId(now())
      return { runId, ended: begin({ tide, runId, ...(follow === undefined ? {} : { follow }) }) }
    },
    running: () => [...running],
    [Symbol.dispose]: () => alarm[Symbol.dispose](),
  }
}

function noSuchTide(tide: string, names: readonly string[]): SalvageError {
  return new SalvageError('TIDE.UNKNOWN', `there is no tide ${JSON.stringify(tide)}`, {
    why: names.length === 0 ? 'no tide is configured, in labels or in a file' : `known are ${names.join(', ')}`,
    hint: 'see salvage-kit status',
  })
}
