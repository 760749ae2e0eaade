import { z } from 'zod'
import { SalvageError } from '../error.ts'
import { json } from '../target/schema.ts'
import type { JournalEntry } from './journal.ts'
import { finding, undo } from './schema.ts'
import { undoText } from './undo-text.ts'

const shell = z.object({ id: z.int().positive(), runId: z.string().min(1), order: z.int() })

const entryLine: z.ZodType<JournalEntry> = z.object({
  ...shell.shape,
  undo,
  phase: z.enum(['intent', 'done']),
  at: z.string(),
  attempts: z.int().nonnegative(),
  lastFailure: finding.exactOptional(),
  copied: z.literal(true).exactOptional(),
})

/**
 * An entry as a journal that keeps text writes it. Throws when it could not be read back: nothing has been done yet, so
 * this bug is a harmless one now and would not be later.
 */
export function entryText(entry: JournalEntry): string {
  undoText(entry.undo)
  return JSON.stringify(entry)
}

/**
 * An entry read back. One that cannot be understood must not keep the others from being worked off: it has the undo
 * `unreadable`. Throws `JOURNAL.CORRUPT` when it cannot be told whose it is; `where` is for its message.
 */
export function readEntryText(text: string, where: string): JournalEntry {
  const value = parsed(text)
  const read = entryLine.safeParse(value)
  if (read.success) return read.data
  const issue = read.error.issues[0]
  const why = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`
  const known = shell.safeParse(value)
  if (known.success) return { ...known.data, phase: 'intent', at: '', attempts: 0, undo: { kind: 'unreadable', why } }
  throw new SalvageError('JOURNAL.CORRUPT', `${where} cannot be understood`, {
    why,
    hint: 'find out what its run had brought to rest, put that back by hand, then remove this entry',
  })
}

function parsed(text: string): unknown {
  try {
    return json.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
