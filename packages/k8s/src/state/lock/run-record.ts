import { z } from 'zod'
import { SalvageError } from '@salvage-kit/core'
import type { HeldKey } from '@salvage-kit/core'
import type { ConfigMap } from '../map/schema.ts'
import type { Changes } from '../map/shared-map.ts'

/** A run that has keys, as the table says it. Whether it lives its lease says. */
export interface RunRecord {
  readonly runId: string
  /** One life of the run: of one taking, never used again. */
  readonly life: string
  /** The name of the lease of its process, and who held that then. */
  readonly lease: string
  readonly holder: string
  readonly keys: readonly string[]
  /** For people. */
  readonly pid: number
  readonly host: string
  /** ISO 8601 in UTC. */
  readonly since: string
}

const record: z.ZodType<Omit<RunRecord, 'runId'>> = z.object({
  life: z.string(),
  lease: z.string(),
  holder: z.string(),
  keys: z.array(z.string()),
  pid: z.number(),
  host: z.string(),
  since: z.string(),
})

const RUN = 'run.'

/** Of a run with an id of this form. Throws `LOCK.RUN_ID`. */
export function checkRunId(runId: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(runId)) return
  throw new SalvageError('LOCK.RUN_ID', `${JSON.stringify(runId)} cannot be the id of a run`, {
    why: 'an id is letters, digits, dots, dashes and underscores',
    hint: 'make the plan anew',
    untouched: true,
  })
}

/** All runs that have a record. Throws `LOCK.UNREADABLE`. */
export function runRecords({ data }: ConfigMap, where: string): readonly RunRecord[] {
  return Object.entries(data)
    .filter(([key]) => key.startsWith(RUN))
    .map(([key, text]) => ({ runId: key.slice(RUN.length), ...read(key, text, where) }))
}

/** What writes, or removes, the record of a run. */
export function recorded(runId: string, changed: Omit<RunRecord, 'runId'> | undefined): Changes {
  return { [`${RUN}${runId}`]: changed === undefined ? null : JSON.stringify(changed) }
}

/** For messages. */
export function heldKeys({ runId, pid, host, since }: RunRecord, keys: readonly string[]): readonly HeldKey[] {
  return keys.map((key) => ({ key, runId, pid, host, since }))
}

function read(key: string, text: string, where: string): Omit<RunRecord, 'runId'> {
  try {
    return record.parse(JSON.parse(text))
  } catch (cause) {
    throw new SalvageError('LOCK.UNREADABLE', `${key} of ${where} cannot be understood`, {
      hint: 'when that run is not going on, remove this key',
      cause,
      untouched: true,
    })
  }
}
