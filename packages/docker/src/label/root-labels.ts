import type { CallOptions, Finding, Grouping } from '@salvage-kit/core'
import type { ContainerCraneSettings } from '../crane/settings.ts'
import type { DockerEngine } from '../engine.ts'
import { CRANES_PREFIX, ROOT, TIDES_PREFIX } from './keys.ts'
import type { Labels } from './keys.ts'
import { readCrane } from './root-crane.ts'
import { readReport } from './root-report.ts'
import { readTide } from './root-tide.ts'
import type { TideExtras } from './root-tide-extras.ts'

/** A tide as the labels of the root container define it. Its cron is text: who has schedules reads it. */
export interface LabelTide extends TideExtras {
  readonly name: string
  readonly cron: string
  readonly grouping: Grouping
  /** The name of a crane, of these labels or of the configuration file. */
  readonly crane: string
  readonly maxConcurrent?: number
  readonly report: TideReport
}

/** Where a tide reports to: addresses that begin with http:// or https://, and may hold secrets. */
export interface TideReport {
  readonly method: 'POST' | 'GET'
  readonly tideSuccess?: string
  readonly tideFailure?: string
  readonly volumeSuccess?: string
  readonly volumeFailure?: string
  /** A check of healthchecks that is told of start, success and failure. */
  readonly heartbeat?: string
}

/** What the root container defines. The crane's `env` and the report addresses may be secrets. */
export interface RootLabels {
  /** The name of the root container; absent when there is none. */
  readonly root?: string
  readonly tides: readonly LabelTide[]
  /** Where each tide reports to, also one that is left out: that it cannot run is worth a report. */
  readonly reports: Readonly<Record<string, TideReport>>
  readonly cranes: Readonly<Record<string, ContainerCraneSettings>>
  readonly problems: readonly RootProblem[]
}

/** A label that cannot be read. The tide or crane that it names is left out; without either it is a warning. */
export interface RootProblem extends Finding {
  readonly tide?: string
  readonly crane?: string
}

/** A tide or a crane, if it can be had, and what is wrong with its labels. */
export interface Reading<T> {
  readonly value?: T
  readonly problems: readonly RootProblem[]
}

/**
 * Reads the tides and cranes that the labels of the container with `salvage.root` define, whatever its state. No such
 * container: nothing. Several: nothing either, and `LABEL.ROOT_AMBIGUOUS`. Everything else that is wrong concerns one
 * tide or crane: `LABEL.TIDE`, `LABEL.CRANE`. Rejects with the errors of the engine.
 */
export async function readRootLabels(engine: DockerEngine, options: CallOptions): Promise<RootLabels> {
  const roots = await engine.listContainers([ROOT], options)
  const [root, ...others] = roots
  if (root === undefined) return { tides: [], reports: {}, cranes: {}, problems: [] }
  if (others.length > 0)
    return { tides: [], reports: {}, cranes: {}, problems: [ambiguous(roots.map(({ name }) => name))] }
  return { root: root.name, ...parseRootLabels(root.labels, root.name) }
}

/** The pure half of {@link readRootLabels}. */
export function parseRootLabels(labels: Labels, container: string): Omit<RootLabels, 'root'> {
  const cranes = readAll(labels, CRANES_PREFIX, container, readCrane, 'crane')
  const tides = readAll(labels, TIDES_PREFIX, container, readTide, 'tide')
  return {
    tides: [...tides.values.values()],
    reports: Object.fromEntries(
      [...tides.settings].map(([name, settings]) => [name, readReport(settings, () => undefined)]),
    ),
    cranes: Object.fromEntries(cranes.values),
    problems: [...cranes.problems, ...tides.problems],
  }
}

type Read<T> = (
  name: string,
  settings: Labels,
  place: (setting: string) => string,
  names: readonly string[],
) => Reading<T>

/** Takes `PREFIX NAME.SETTING` apart; the name is what stands before the first dot. */
function readAll<T>(
  labels: Labels,
  prefix: string,
  container: string,
  read: Read<T>,
  kind: 'tide' | 'crane',
): {
  readonly values: ReadonlyMap<string, T>
  readonly settings: ReadonlyMap<string, Labels>
  readonly problems: readonly RootProblem[]
} {
  const settings = new Map<string, Record<string, string>>()
  const problems: RootProblem[] = []
  const wrongNames = new Map<string, RootProblem>()
  for (const [key, value] of Object.entries(labels)) {
    if (!key.startsWith(prefix)) continue
    const [, name, setting] = /^([^.]+)\.(.+)$/s.exec(key.slice(prefix.length)) ?? []
    if (name === undefined || setting === undefined) problems.push(nameless(container, key, prefix, kind))
    else if (name === '__proto__') wrongNames.set(name, wrongName(container, key, name, kind))
    else settings.set(name, { ...settings.get(name), [setting]: value })
  }
  problems.push(...wrongNames.values())
  const values = new Map<string, T>()
  const names = [...settings.keys()].toSorted()
  for (const name of names) {
    const place = (setting: string): string => `container ${container}, label ${prefix}${name}.${setting}`
    const reading = read(name, settings.get(name) ?? {}, place, names)
    problems.push(...reading.problems)
    if (reading.value !== undefined) values.set(name, reading.value)
  }
  return { values, settings, problems }
}

function nameless(container: string, key: string, prefix: string, kind: 'tide' | 'crane'): RootProblem {
  return {
    code: kind === 'tide' ? 'LABEL.TIDE' : 'LABEL.CRANE',
    message: `container ${container}, label ${key}: it names no setting`,
    hint: `write ${prefix}NAME.SETTING=VALUE`,
  }
}

/** The one name that objects have already: what is kept under it would be lost. */
function wrongName(container: string, key: string, name: string, kind: 'tide' | 'crane'): RootProblem {
  return {
    code: kind === 'tide' ? 'LABEL.TIDE' : 'LABEL.CRANE',
    message: `container ${container}, label ${key}: ${JSON.stringify(name)} cannot be the name of a ${kind}`,
    hint: 'choose a name like nightly or off-site',
  }
}

function ambiguous(names: readonly string[]): RootProblem {
  return {
    code: 'LABEL.ROOT_AMBIGUOUS',
    message: `more than one container has the label ${ROOT}: ${names.join(', ')}`,
    why: 'the value of the label does not matter, and stopped containers count',
    hint: 'leave it on one container; tides and cranes are read from there alone',
  }
}
