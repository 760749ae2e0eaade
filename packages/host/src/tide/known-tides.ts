import { closest, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import type { RootLabels } from '@salvage-kit/docker'
import type { LoadedConfig } from '../config/load-config.ts'
import { configTides } from './config-tides.ts'
import { labelTides } from './label-tides.ts'
import { mergeTides } from './merge-tides.ts'
import type { TideSettings } from './merge-tides.ts'

/** Something wrong with labels, or between them and the configuration; with `tide` or `crane` it concerns that one only. */
export interface TideProblem extends Finding {
  readonly tide?: string
  readonly crane?: string
}

/** The tides of configuration and labels together. */
export interface KnownTides {
  readonly tides: ReadonlyMap<string, TideSettings>
  /** Those that are more than a name that some directory says it belongs to. */
  readonly defined: ReadonlySet<string>
  readonly problems: readonly TideProblem[]
}

/** Joins the tides of the configuration file with those of the labels. */
export function knownTides(loaded: LoadedConfig, labels: RootLabels, now: Date): KnownTides {
  const labelled = labelTides(labels.tides, labels.root ?? '', now)
  const merged = mergeTides([...configTides(loaded), ...labelled.tides])
  const problems: readonly TideProblem[] = [...labels.problems, ...labelled.problems, ...merged.problems]
  return {
    tides: merged.tides,
    // A tide whose labels are wrong is told of as that.
    defined: new Set([
      ...Object.keys(loaded.config.tides ?? {}),
      ...labelled.tides.map(({ name }) => name),
      ...problems.flatMap(({ tide }) => tide ?? []),
    ]),
    problems,
  }
}

/**
 * The tide of that name. Throws what is wrong with it or with its crane: `TIDE.CONFLICT`, `TIDE.CRON`, `LABEL.TIDE` and others, else `TIDE.UNKNOWN`; `away`
 * says why labels could not be read.
 */
export function tideNamed(
  name: string,
  tides: ReadonlyMap<string, TideSettings>,
  problems: readonly TideProblem[],
  away: Finding | undefined,
): TideSettings {
  const found = tides.get(name)
  const crane = found?.to?.startsWith('crane:') === true ? found.to.slice('crane:'.length) : undefined
  const wrong = problems.find((problem) => problem.tide === name || (crane !== undefined && problem.crane === crane))
  if (wrong !== undefined) throw new SalvageError(wrong.code, wrong.message, wrong)
  if (found !== undefined) return found
  throw unknown(name, [...tides.keys()].toSorted(), away)
}

function unknown(name: string, names: readonly string[], away: Finding | undefined): SalvageError {
  const meant = closest(name, names)
  const known = names.length === 0 ? 'no tide is configured, in labels or in a file' : `known are ${names.join(', ')}`
  return new SalvageError('TIDE.UNKNOWN', `there is no tide ${JSON.stringify(name)}`, {
    why: away === undefined ? known : `${known}; labels could not be read: ${away.message}`,
    hint:
      meant === undefined
        ? 'define it under tides: in the configuration, or with the label salvage.tides.NAME.cron'
        : `did you mean ${JSON.stringify(meant)}?`,
  })
}
