import { hostname } from 'node:os'
import { deadline, SalvageError } from '@salvage-kit/core'
import type { Finding, Redactor, Reporter } from '@salvage-kit/core'
import type { RootLabels } from '@salvage-kit/docker'
import type { News, Patience } from '@salvage-kit/notify'
import type { LoadedConfig } from '../config/load-config.ts'
import { configuredDestinations, labelDestinations } from './destinations.ts'
import type { Destination } from './destinations.ts'
import { newsOfRun } from './news-of-run.ts'
import { createOutbox } from './outbox.ts'
import type { Outbox } from './outbox.ts'

/** What the reports of one run are opened from. */
export interface ReportsSettings {
  readonly loaded: LoadedConfig
  readonly tide: string
  /** Masks what the bodies say, and learns the secrets of the destinations. */
  readonly redactor: Redactor
  /** Default: `machine` of the configuration, or the host name. */
  readonly machine?: string
  /** How long and how often one message is tried. */
  readonly patience?: Patience
}

/**
 * The reports of one run of a tide, from before anything is opened until all are delivered or given up. Nothing here
 * throws, waits, or changes how a run ends.
 */
export interface Reports {
  /** Takes every event of the run: start, each target, end. Quick; sending goes on beside the run. */
  readonly report: Reporter
  /** Adds where the labels of the root container say that this tide reports to; as soon as they are known. */
  readonly labels: (labels: Pick<RootLabels, 'reports'>) => void
  /** The run was refused, or broke: a failure with that reason. Nothing after the end of a run was told. */
  readonly refused: (error: unknown) => void
  /**
   * Resolves when all are delivered or given up, a minute after the call at most, with a `REPORT.FAILED` for each
   * destination that did not get everything. Never rejects.
   */
  readonly settled: () => Promise<readonly Finding[]>
}

/** How long the reports of a run may keep a process after its end, in milliseconds. */
const AFTER_END_MS = 60_000

/** Opens the reports of a run of a tide; needs nothing but the configuration, so that a run that cannot begin is told too. */
export function openReports({ loaded, tide, redactor, ...given }: ReportsSettings): Reports {
  const machine = given.machine ?? loaded.config.machine ?? hostname()
  const stopped = new AbortController()
  const outboxes = new Map<string, Outbox>()
  const told: News[] = []
  const add = (destinations: readonly Destination[]): void => {
    for (const destination of destinations) {
      if (outboxes.has(destination.name)) continue
      const outbox = createOutbox(destination, { redactor, signal: stopped.signal, patience: given.patience })
      outboxes.set(destination.name, outbox)
      // What happened before the labels were known is theirs too.
      for (const news of told) outbox.push(news)
    }
  }
  const run = newsOfRun({ machine, tide, store: loaded.config.tides?.[tide]?.crane }, (news) => {
    told.push(news)
    for (const outbox of outboxes.values()) outbox.push(news)
  })
  add(configuredDestinations(loaded.config, tide))
  return {
    report: run.event,
    labels: ({ reports }) => add(labelDestinations(tide, reports[tide])),
    refused: run.refused,
    settled: async () => {
      using limit = deadline(AFTER_END_MS)
      limit.signal.addEventListener('abort', () => stopped.abort(late()), { once: true })
      const findings = await Promise.all([...outboxes.values()].map(async (outbox) => outbox.settled()))
      return findings.flat()
    },
  }
}

function late(): SalvageError {
  return new SalvageError('REPORT.FAILED', 'the time for reports is over', { why: 'services that do not answer' })
}
