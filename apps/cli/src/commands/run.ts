import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  errorText,
  exitCodeOf,
  formatReport,
  isSalvageError,
  jsonLine,
  readPlan,
  run,
  SalvageError,
} from '@salvage-kit/core'
import type { CallOptions, Plan, Reporter, RunReport } from '@salvage-kit/core'
import { freshRunId, openReports, rememberRefusal, runTide } from '@salvage-kit/host'
import type { OpenRig, Reports, Scope } from '@salvage-kit/host'
import { failureText, usageError } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { commandReporter } from '../reporter.ts'
import { openSession, placeOf } from '../session.ts'
import type { Place } from '../session.ts'
import { readWishes, scopeOf } from '../wishes.ts'
import type { SelectOptions } from '../wishes.ts'

/** What `run` takes besides what `plan` does. */
export interface RunOptions extends SelectOptions {
  readonly plan?: string
  readonly init?: boolean
}

/**
 * Backs up: makes a plan, or reads one, and runs it; after a tide as a whole its `keep` is applied. The report is on stdout, everything else on stderr. A tide as a
 * whole is reported to where it says, however it ends; that it could not be reported is told and changes nothing.
 */
export async function execute(invocation: Invocation<RunOptions>): Promise<number> {
  const { plan } = invocation.options
  using interrupt = interruptible(invocation.terminal)
  const work = plan === undefined ? wished(invocation) : await given(plan, invocation)
  return await reported(invocation, work, await placeOf(invocation), interrupt.signal)
}

/** The same for a whole tide of a configuration that was read already; the store is made when it is not there yet. */
export async function runTideAt(invocation: Invocation<object>, tide: string, place: Place): Promise<number> {
  using interrupt = interruptible(invocation.terminal)
  const work: Work = {
    scope: { targets: [], stores: [], tide },
    tide,
    run: (rig, { signal }) => runTide(rig, { tide, targets: [] }, { signal, init: true }),
  }
  return await reported(invocation, work, place, interrupt.signal)
}

async function reported(
  invocation: Invocation<RunOptions>,
  work: Work,
  place: Place,
  signal: AbortSignal,
): Promise<number> {
  const { options, terminal } = invocation
  const { redactor } = terminal
  const { tide } = work
  const reports = tide === undefined ? undefined : openReports({ loaded: place.loaded, tide, redactor })
  const startedAt = new Date()
  let isReported = false
  const seen: Reporter = (event) => {
    isReported ||= event.type === 'run.finished'
    reports?.report(event)
  }
  try {
    return await runWork(invocation, work, { place, seen, reports, signal })
  } catch (error) {
    reports?.refused(error)
    if (tide !== undefined && !isReported && !signal.aborted)
      await rememberRefusal(place.state, { tide, runId: freshRunId(startedAt), startedAt, error })
    throw error
  } finally {
    for (const finding of (await reports?.settled()) ?? [])
      if (options.json === true) terminal.out(`${jsonLine({ type: 'warning', finding }, new Date())}\n`)
      else terminal.err(failureText(finding, 'warning'))
  }
}

interface Around {
  readonly place: Place
  /** Gets every event besides the terminal. */
  readonly seen: Reporter
  readonly reports: Reports | undefined
  readonly signal: AbortSignal
}

/** Ends with everything closed: reports that are still on their way hold no lock. */
async function runWork(
  invocation: Invocation<RunOptions>,
  work: Work,
  { place, seen, reports, signal }: Around,
): Promise<number> {
  const { options, terminal } = invocation
  using reporter = commandReporter(terminal, options)
  const report: Reporter = (event) => {
    reporter.report(event)
    seen(event)
  }
  const onLabels = reports === undefined ? {} : { onLabels: reports.labels }
  await using rig = await openSession(invocation, work.scope, signal, { report, place, ...onLabels })
  const ended = await work.run(rig, { signal, init: options.init ?? false })
  if (options.json !== true && (options.quiet !== true || ended.outcome !== 'good'))
    terminal.out(`${formatReport(ended)}\n`)
  return exitCodeOf(ended)
}

/** What is run: the platforms that it needs, and what to do once they are open. */
interface Work {
  readonly scope: Scope
  /** The tide that is run as a whole. */
  readonly tide: string | undefined
  readonly run: (rig: OpenRig, options: CallOptions & { readonly init: boolean }) => Promise<RunReport>
}

function wished(invocation: Invocation<RunOptions>): Work {
  const wishes = readWishes(invocation)
  return {
    scope: scopeOf(wishes),
    tide: wishes.targets.length === 0 ? wishes.tide : undefined,
    run: (rig, options) => runTide(rig, wishes, options),
  }
}

async function given(file: string, { args, options, terminal }: Invocation<RunOptions>): Promise<Work> {
  const others = [options.to, options.tide, options.grouping, options.maxHold, options.maxConcurrent]
  if (args.length > 0 || others.some((option) => option !== undefined))
    throw usageError('--plan says everything itself', { hint: 'leave out the targets and the other options' })
  const plan = await readPlanFile(file, terminal.directory)
  const steps = plan.groups.flatMap((group) => [...group.whileQuiesced, ...group.afterResume])
  const stores = steps.flatMap(({ kind, ref }) => (kind === 'lift' ? ref.store.ref : (ref.keep?.store.ref ?? [])))
  const targets = plan.groups.flatMap((group) => group.targets)
  return {
    scope: { targets, stores: [...new Set(stores)] },
    tide: plan.tide,
    run: (rig, how) => run(rig, plan, how),
  }
}

async function readPlanFile(file: string, directory: string): Promise<Plan> {
  if (file === '-') return parsed('stdin', await text(process.stdin))
  const path = resolve(directory, file)
  return parsed(path, await contentOf(path))
}

function parsed(name: string, content: string): Plan {
  try {
    return readPlan(content)
  } catch (error) {
    if (!isSalvageError(error)) throw error
    const { code, message, why, hint = 'make it with salvage-kit plan … --json' } = error
    throw new SalvageError(code, `${name}: ${message}`, { ...(why === undefined ? {} : { why }), hint, cause: error })
  }
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new SalvageError('PLAN.UNREADABLE', `${path}: the plan cannot be read`, {
      why: errorText(error),
      hint: 'name a file that salvage-kit plan … --json wrote, or - for stdin',
      cause: error,
    })
  }
}
