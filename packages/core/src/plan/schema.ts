import { z } from 'zod'
import { issuesOf, issueText, pathText } from '../config/issue.ts'
import type { Store } from '../crane/store.ts'
import { SalvageError } from '../error.ts'
import type { SnapshotRef } from '../snapshot/snapshot-ref.ts'
import { json, jsonObject, reference } from '../target/schema.ts'
import type { Source, StreamSource } from '../target/source.ts'
import { inconsistencies } from './consistency.ts'
import { PLAN_VERSION } from './plan.ts'
import type { Plan } from './plan.ts'
import { RUN_ID } from './run-id.ts'

const id = z.string().regex(RUN_ID, 'may hold letters, digits and - only')
const text = z.string().min(1, 'must not be empty')
const time = z.iso.datetime('must be a time in UTC like 2026-11-21T08:00:00.000Z')
const finding = z.strictObject({
  code: text,
  message: z.string(),
  why: z.string().exactOptional(),
  hint: z.string().exactOptional(),
})
const streamSource = z.strictObject({
  medium: z.literal('stream'),
  backend: text,
  token: json,
  several: z.literal(true).exactOptional(),
})
/** What can be cut, or copied while its workloads are at rest. */
const source: z.ZodType<Exclude<Source, StreamSource>> = z.discriminatedUnion('medium', [
  z.strictObject({ medium: z.literal('directory'), path: text }),
  z.strictObject({
    medium: z.literal('docker-volume'),
    name: text,
    createdAt: z.string().exactOptional(),
    hostPath: text.exactOptional(),
    hostIdentity: text.exactOptional(),
  }),
  z.strictObject({ medium: z.literal('pvc'), namespace: text, name: text, uid: text.exactOptional() }),
])
const store: z.ZodType<Store> = z.strictObject({ ref: reference, crane: text, settings: jsonObject })
const liftRef = z.strictObject({
  id,
  runId: id,
  target: reference,
  store,
  at: time,
  machine: z.string(),
  tide: z.string().exactOptional(),
})
/** A copy that is made while everything runs must never pass for one that counts. */
const warmRef = liftRef.extend({ warm: z.literal(true) })
const keep = z.strictObject({ store, at: time, machine: z.string(), tide: z.string().exactOptional() })
const snapshotRef: z.ZodType<SnapshotRef> = z.strictObject({
  id,
  runId: id,
  target: reference,
  source,
  token: json,
  keep: keep.exactOptional(),
  together: id.exactOptional(),
})
const quiesceStep = z.strictObject({
  kind: z.literal('quiesce'),
  workload: text,
  name: z.string(),
  quiescer: text,
  settings: json,
})
const snapshotStep = z.strictObject({ kind: z.literal('snapshot'), snapshotter: text, ref: snapshotRef })
const live = z.strictObject({ kind: z.literal('live'), source })
const liveLift = z.strictObject({ kind: z.literal('lift'), ref: liftRef, from: live })
const warmLift = z.strictObject({ kind: z.literal('lift'), ref: warmRef, from: live })
/**
 * A live source is never lifted after its workloads rose: the copy would be of no one point in time. A stream is, and
 * never before.
 */
const laterLift = z.strictObject({
  kind: z.literal('lift'),
  ref: liftRef,
  from: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('live'), source: streamSource }),
    z.strictObject({ kind: z.literal('snapshot'), snapshotter: text, ref: snapshotRef }),
  ]),
  staged: z.literal(true).exactOptional(),
})
const group = z.strictObject({
  id: text,
  targets: z.array(reference).min(1, 'must not be empty'),
  quiesce: z.array(z.array(quiesceStep)),
  idle: z.array(quiesceStep),
  left: z.array(z.strictObject({ workload: text, name: z.string(), why: z.string() })),
  beforeHold: z.array(warmLift),
  whileQuiesced: z.array(z.discriminatedUnion('kind', [snapshotStep, liveLift])),
  afterResume: z.array(laterLift),
  predictedHoldMs: z.number().nonnegative().exactOptional(),
})

/** A plan from a file: every member checked, nothing else in it, and consistent in itself. */
export const plan: z.ZodType<Plan> = z
  .strictObject({
    version: z.literal(PLAN_VERSION),
    runId: id,
    createdAt: time,
    machine: z.string(),
    tide: z.string().exactOptional(),
    grouping: z.enum(['individual', 'smart', 'project']),
    maxHoldMs: z.number().positive(),
    maxConcurrent: z.int().positive(),
    groups: z.array(group),
    skipped: z.array(z.strictObject({ target: reference, finding })),
    warnings: z.array(finding),
  })
  .superRefine((read, context) => {
    for (const { path, message } of inconsistencies(read))
      context.addIssue({ code: 'custom', path: [...path], message })
  })

/**
 * Reads a plan that was written as JSON. Throws `PLAN.VERSION` for a plan of another version of the format, and
 * `PLAN.INVALID` with the path of the first wrong member for anything else that is not a plan.
 */
export function readPlan(textOfPlan: string): Plan {
  const read = parseJson(textOfPlan)
  if (typeof read === 'object' && read !== null && 'version' in read && read.version !== PLAN_VERSION)
    throw new SalvageError('PLAN.VERSION', `the plan has version ${JSON.stringify(read.version)}`, {
      why: `this program reads version ${String(PLAN_VERSION)}`,
      hint: 'make the plan again with this program',
    })
  const result = plan.safeParse(read)
  if (result.success) return result.data
  const [first] = issuesOf(result.error)
  const where = first === undefined ? '' : pathText(first.path)
  const what = first === undefined ? 'it is not a plan' : issueText(first.issue)
  throw invalid(where === '' ? what : `${where}: ${what}`)
}

function parseJson(textOfPlan: string): unknown {
  try {
    return JSON.parse(textOfPlan)
  } catch (error) {
    // The parser's own message quotes the text.
    throw invalid('it is not JSON', error)
  }
}

function invalid(what: string, cause?: unknown): SalvageError {
  return new SalvageError('PLAN.INVALID', `not a plan: ${what}`, { hint: 'make the plan again', cause })
}
