import { parseDuration, prune, survey } from '@salvage-kit/core'
import type { KeepRules, PruneReport, SalvageError, Store, TargetRef } from '@salvage-kit/core'
import { covers, isPattern, parseTarget } from '@salvage-kit/host'
import type { OpenRig, TideSettings } from '@salvage-kit/host'
import { failureText, usageError } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { pruneText } from '../output/prune-text.ts'
import { namespacesIn } from '../points.ts'
import { prunePolicies } from '../prune-policies.ts'
import { openSession } from '../session.ts'

/** Options of `prune`. */
export interface PruneOptions {
  readonly from?: string
  readonly tide?: string
  readonly dryRun?: boolean
  readonly keepLast?: number
  readonly keepHourly?: number
  readonly keepDaily?: number
  readonly keepWeekly?: number
  readonly keepMonthly?: number
  readonly keepYearly?: number
  readonly keepWithin?: string
}

/** Judges the points of a store and removes those that no rule keeps; says of each why it stays or goes. */
export async function execute(invocation: Invocation<PruneOptions>): Promise<number> {
  const { args, options, terminal } = invocation
  const named = args.map((text) => parseTarget(text, terminal.directory))
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  const stores = options.from === undefined ? [] : [options.from]
  const scope = { targets: [], stores, tide: options.tide, namespaces: namespacesIn(named) }
  await using rig = await openSession(invocation, scope, signal)
  const tide = options.tide === undefined ? undefined : rig.tide(options.tide)
  const froms = storesOf(options, tide) ?? [onlyStore(rig)]
  const rules = rulesOf(options) ?? tide?.keep
  const targets = await targetsOf(rig, named, options.tide, signal)
  const dryRun = options.dryRun ?? false
  const reports: PruneReport[] = []
  const opened: Store[] = []
  for (const from of froms) opened.push(await rig.store(from))
  for (const { store, policy } of await prunePolicies(opened, rules, () => noRules(tide))) {
    const request = { store, policy, dryRun, ...(targets === undefined ? {} : { targets }) }
    const report = await prune(rig, request, { signal })
    reports.push(report)
    if (options.json === true) continue
    for (const finding of report.problems) terminal.err(failureText(finding, `left where it is, ${store.ref}`))
    if (options.quiet !== true)
      terminal.out(pruneText({ ...request, ...(rules === undefined ? {} : { rules }), report }))
  }
  const all: PruneReport = {
    verdicts: reports.flatMap(({ verdicts }) => verdicts),
    removed: reports.flatMap(({ removed }) => removed),
    problems: reports.flatMap(({ problems }) => problems),
  }
  if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, dryRun, ...all }, undefined, 2)}\n`)
  return all.problems.length > 0 ? 3 : 0
}

function noRules(tide: TideSettings | undefined): SalvageError {
  return usageError('what to keep is not said', {
    ...(tide === undefined ? {} : { why: `tide ${tide.name} has no keep rules` }),
    hint: 'say it with --keep-last N, --keep-daily N …, or name a tide that does',
  })
}

/** Where is pruned: what is said, else both where a tide copies to and where it keeps its snapshots. */
function storesOf({ from }: PruneOptions, tide: TideSettings | undefined): readonly string[] | undefined {
  const said = from === undefined ? [tide?.to, tide?.snapshots] : [from]
  const stores = said.flatMap((store) => store ?? [])
  return stores.length === 0 ? undefined : stores
}

/** The rules of the command line; undefined when it says none. */
export function rulesOf(options: PruneOptions): KeepRules | undefined {
  const { keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly, keepWithin } = options
  const rules: KeepRules = {
    ...(keepLast === undefined ? {} : { last: keepLast }),
    ...(keepHourly === undefined ? {} : { hourly: keepHourly }),
    ...(keepDaily === undefined ? {} : { daily: keepDaily }),
    ...(keepWeekly === undefined ? {} : { weekly: keepWeekly }),
    ...(keepMonthly === undefined ? {} : { monthly: keepMonthly }),
    ...(keepYearly === undefined ? {} : { yearly: keepYearly }),
    ...(keepWithin === undefined ? {} : { withinMs: parseDuration(keepWithin) }),
  }
  return Object.keys(rules).length === 0 ? undefined : rules
}

/** What is pruned: the named targets, else those that the tide covers now, else all of the store. */
async function targetsOf(
  rig: OpenRig,
  named: readonly TargetRef[],
  tide: string | undefined,
  signal: AbortSignal,
): Promise<readonly TargetRef[] | undefined> {
  if (named.length > 0) return spelledOut(rig, named, [])
  if (tide === undefined) return undefined
  const { targets } = await survey(rig, { signal })
  const labelled = targets.filter((target) => target.tides.includes(tide)).map((target) => target.ref)
  const found = targets.map(({ ref }) => ref)
  return spelledOut(rig, [...labelled, ...rig.tide(tide).targets], found)
}

/** What `rancher:*` and its like mean is what is there, and what there are restore points of as far as this machine remembers. */
async function spelledOut(
  rig: OpenRig,
  targets: readonly TargetRef[],
  found: readonly TargetRef[],
): Promise<readonly TargetRef[]> {
  const patterns = targets.filter(isPattern)
  if (patterns.length === 0) return [...new Set(targets)]
  const known = [...found, ...(await rig.catalog.points({})).map(({ target }) => target)]
  const meant = known.filter((ref) => patterns.some((pattern) => covers(pattern, ref)))
  return [...new Set([...targets.filter((target) => !isPattern(target)), ...meant])]
}

function onlyStore(rig: OpenRig): string {
  const [only, ...others] = rig.storeNames
  if (only !== undefined && others.length === 0) return only
  throw usageError('which store to prune is not said', { hint: 'name it with --from STORE or a tide with --tide NAME' })
}
