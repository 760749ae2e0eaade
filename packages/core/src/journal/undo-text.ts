import type { Undo } from './journal.ts'
import { undo as schema } from './schema.ts'

/**
 * The JSON of an undo. Throws when it could not be read back (a token that is no JSON): nothing has been done yet, so
 * this bug is a harmless one now and would not be later.
 */
export function undoText(undo: Undo): string {
  const text = JSON.stringify(undo)
  schema.parse(JSON.parse(text))
  return text
}
