import { randomBytes } from 'node:crypto'
import { newRunId, parseReference, proveDump, verify } from '@salvage-kit/core'
import type { DumpVerdict, Progress, RestorePoint, Store } from '@salvage-kit/core'
import { judgeDump } from '@salvage-kit/host'
import type { OpenRig } from '@salvage-kit/host'
import { usageError } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { namespacesIn, pointFor } from '../points.ts'
import { commandReporter } from '../reporter.ts'
import { openSession } from '../session.ts'
import type { ListOptions } from './list.ts'

/** Options of `verify`. */
export interface VerifyOptions extends ListOptions {
  readonly deep?: boolean
}

/**
 * Reads a whole restore point and says whether it is what was lifted; a dump, with `--deep`, also whether its database could read it. Rejects with
 * `ARCHIVE.DAMAGED` or a code of dumps when it is not.
 */
export async function execute(invocation: Invocation<VerifyOptions>): Promise<number> {
  const { args, options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  const point = await pointFor(invocation, args[0] ?? '', signal)
  const deep = options.deep === true
  if (deep) mustBeDump(point)
  // Where the database does not run the files tell for themselves.
  const survey = deep ? { survey: true } : {}
  const stores = [options.from ?? point.store]
  const scope = { targets: [], stores, namespaces: namespacesIn([point.target]), ...survey }
  await using rig = await openSession(invocation, scope, signal)
  const store = options.from === undefined ? await rig.storeOf(point.store) : await rig.store(options.from)
  if (options.quiet !== true) terminal.err(`reading point ${point.id} of ${point.target}\n`)
  using reporter = commandReporter(terminal, { ...options, json: false })
  const call = {
    signal,
    onProgress: (progress: Progress): void =>
      reporter.report({ type: 'lower.progress', target: point.target, progress }),
  }
  const proof = deep ? await proven(rig, point, store, call) : await verify(rig, point, store, call)
  const found = { version: 1, verified: true, point, ...(proof === undefined ? {} : { proof }) }
  const by = proof === undefined ? '' : `, by ${proof.by}`
  if (options.json === true) terminal.out(`${JSON.stringify(found, undefined, 2)}\n`)
  else if (options.quiet !== true) terminal.out(`${point.id} of ${point.target} in ${point.store} is whole${by}\n`)
  return 0
}

async function proven(
  rig: OpenRig,
  point: RestorePoint,
  store: Store,
  call: Parameters<typeof proveDump>[2],
): Promise<DumpVerdict> {
  const runId = newRunId(rig.now(), randomBytes(3).toString('hex'))
  return proveDump(rig, { runId, point, store, judge: judgeDump }, call)
}

/** Throws `CLI.USAGE`. */
function mustBeDump({ id, target }: RestorePoint): void {
  if (parseReference(target).scheme === 'dump') return
  throw usageError(`${id} of ${target} is no dump`, {
    why: 'nothing but its crane can tell whether it is whole',
    hint: 'leave out --deep',
  })
}
