import { hostname } from 'node:os'
import type { Catalog, Finding, TideMark } from '@salvage-kit/core'
import { readTides, refuseTide, timetable } from '@salvage-kit/host'
import type { Clockwork, LoadedConfig, TideTable, WholeTideSettings } from '@salvage-kit/host'
import { findingOf } from '@salvage-kit/core'
import type { Tell } from './event.ts'
import type { Problems } from './problems.ts'

/** A tide of the roster. */
export type RosterTide = NonNullable<ReturnType<TideTable['tides']['get']>>

/** What the roster is kept from. */
export interface RosterSettings {
  /** Reads the configuration again. Rejects when it is wrong; then the one before stays in force. */
  readonly load: () => Promise<LoadedConfig>
  readonly first: LoadedConfig
  readonly catalog: Catalog
  readonly works: Clockwork
  readonly problems: Problems
  readonly tell: Tell
  readonly now: () => Date
  readonly redactor: WholeTideSettings['redactor']
  readonly signal: AbortSignal
  /** Gets what goes on beside: reports that are on their way. */
  readonly beside: (work: Promise<unknown>) => void
}

/** The tides, as configuration and labels say now. */
export interface Roster {
  /**
   * Reads everything again and puts it into the clockwork; calls meanwhile are one more reading. Resolves with whether all
   * could be read. Never rejects.
   */
  refresh(): Promise<boolean>
  readonly loaded: () => LoadedConfig
  readonly tides: () => ReadonlyMap<string, RosterTide>
  /** Whether Docker was there ever, and what became of it. */
  readonly docker: () => { readonly seen: boolean; readonly state: TideTable['docker'] | 'unknown' }
  /** Tells, and reports to where the tide reports to, each tide that is due by now and cannot be begun for this; once. */
  readonly refuseDue: (finding: Finding) => void
  /** How far a tide has come. */
  readonly mark: (tide: string) => TideMark | undefined
  /** Remembers that; what cannot be written is a problem. */
  readonly setMark: (mark: TideMark) => void
}

/** An empty roster; `refresh` fills it. */
export async function makeRoster(settings: RosterSettings): Promise<Roster> {
  const { catalog, works, problems, tell, now, redactor, signal, beside } = settings
  const marks = new Map((await catalog.marks()).map((mark) => [mark.tide, mark]))
  let loaded = settings.first
  let tides: ReadonlyMap<string, RosterTide> = new Map()
  let scheduled = new Map<string, string>()
  let seen = false
  let state: TideTable['docker'] | 'unknown' = 'unknown'
  let labels: TideTable['labels'] | undefined
  const refused = new Map<string, string>()
  const waiting = new Set<string>()
  let reports: TideTable['reports'] | undefined

  function setMark(mark: TideMark): void {
    marks.set(mark.tide, mark)
    catalog.mark(mark).then(
      () => problems.clear('catalog'),
      (error: unknown) => problems.set('catalog', findingOf(error)),
    )
  }

  /** A run that was begun and broken off is made good once; so its time is not seen to. */
  function seenTo(tide: string, catchUp: boolean): Date {
    const mark = marks.get(tide)
    if (mark === undefined) {
      const nominal = now()
      setMark({ tide, nominal: nominal.toISOString(), begun: 0, ended: true })
      return nominal
    }
    const nominal = new Date(mark.nominal)
    return catchUp && !mark.ended && mark.begun === 1 ? new Date(nominal.getTime() - 1) : nominal
  }

  function put(table: TideTable): void {
    const bad = new Map(table.problems.flatMap((one) => (one.tide === undefined ? [] : [[one.tide, one] as const])))
    const badCranes = new Map(
      table.problems.flatMap((one) => (one.crane === undefined ? [] : [[one.crane, one] as const])),
    )
    const next = new Map<string, string>()
    for (const [name, tide] of table.tides) {
      const crane = tide.to?.startsWith('crane:') === true ? badCranes.get(tide.to.slice('crane:'.length)) : undefined
      const { cron } = tide
      if (bad.has(name) || crane !== undefined || cron === undefined) {
        if (crane !== undefined) bad.set(name, { ...crane, tide: name })
        continue
      }
      const { timeZone, jitterMs, blackout, catchUp } = tide
      const schedule = { cron, timeZone, jitterMs, blackout, catchUp }
      const text = JSON.stringify(schedule)
      next.set(name, text)
      if (scheduled.get(name) === text) continue
      const machine = loaded.config.machine ?? hostname()
      works.put(name, {
        timetable: timetable(schedule, { machine, tide: name }),
        seenTo: seenTo(name, catchUp !== false),
      })
    }
    const added = [...next].filter(([name, text]) => scheduled.get(name) !== text).map(([name]) => name)
    const removed = [...scheduled.keys()].filter((name) => !next.has(name))
    for (const name of removed) works.remove(name)
    if (added.length > 0 || removed.length > 0) tell({ type: 'tides.changed', added, removed })
    scheduled = next
    tides = table.tides
    tellBad(bad, table)
  }

  function tellBad(bad: ReadonlyMap<string, Finding>, table: TideTable): void {
    for (const [name, finding] of bad) {
      problems.set(`tide ${name}`, finding, name)
      if (refused.get(name) === finding.message) continue
      refused.set(name, finding.message)
      beside(refuseTide({ loaded, reports: table.reports, redactor }, name, finding))
    }
    for (const name of [...refused.keys()].filter((one) => !bad.has(one))) {
      refused.delete(name)
      problems.clear(`tide ${name}`)
    }
    const others = table.problems.filter((one) => one.tide === undefined && one.crane === undefined)
    const [first] = others
    if (first === undefined) problems.clear('labels')
    else problems.set('labels', first)
  }

  async function read(): Promise<void> {
    try {
      loaded = await settings.load()
      problems.clear('configuration')
    } catch (error) {
      const finding = findingOf(error)
      problems.set('configuration', { ...finding, message: `the former one stays in force: ${finding.message}` })
    }
    const sweep = seen ? undefined : (finding: Finding): void => tell({ type: 'problem', finding })
    const table = await readTides(loaded, { signal, sweep, labels })
    state = table.docker
    seen ||= state === 'connected'
    if (table.failure !== undefined && isMissed(table)) problems.set('Docker', table.failure)
    else problems.clear('Docker')
    // While a new root container stands beside the old one, nobody knows what labels say.
    const ambiguous = table.problems.find(({ code }) => code === 'LABEL.ROOT_AMBIGUOUS')
    if (ambiguous !== undefined && scheduled.size > 0) {
      problems.set('labels', ambiguous)
      return
    }
    labels = table.labels
    ;({ reports } = table)
    put(table)
  }

  /** Whether an engine that is away is missed. */
  function isMissed({ docker, tides: known }: TideTable): boolean {
    if (docker === 'off' || docker === 'connected') return false
    const { config } = loaded
    return (
      seen ||
      docker === 'unreachable' ||
      config.docker !== undefined ||
      Object.keys(config.cranes ?? {}).length > 0 ||
      [...known.values()].some((tide) => tide.targets.some((target) => target.startsWith('docker:')))
    )
  }

  let reading: Promise<boolean> | undefined
  let once = false
  async function refresh(): Promise<boolean> {
    once = true
    reading ??= readAll()
    return reading
  }

  async function readAll(): Promise<boolean> {
    try {
      while (once) {
        once = false
        await read()
      }
      problems.clear('tides')
      return true
    } catch (error) {
      if (!signal.aborted) problems.set('tides', findingOf(error))
      return false
    } finally {
      reading = undefined
    }
  }

  function refuseDue(finding: Finding): void {
    for (const tide of tides.keys()) {
      const due = works.next(tide)
      if (due === undefined || due.start > now() || waiting.has(tide)) continue
      waiting.add(tide)
      tell({ type: 'tide.refused', tide, nominal: due.nominal.toISOString(), finding })
      if (reports !== undefined) beside(refuseTide({ loaded, reports, redactor }, tide, finding))
    }
  }

  return {
    refresh,
    refuseDue,
    loaded: () => loaded,
    tides: () => tides,
    docker: () => ({ seen, state }),
    mark: (tide) => marks.get(tide),
    setMark,
  }
}
