import { SalvageError } from '../error.ts'

/**
 * Splits the text of a command into its arguments, without a shell: the space separates (a tab or a newline does not),
 * `"…"` and `'…'` group and may be glued to what stands beside them, nothing escapes (a backslash is a backslash), and
 * an argument that is empty vanishes. `$NAME`, `&&`, `|` and `>` are ordinary text.
 *
 * The result has at least one argument. Throws `LABEL.COMMAND` for a quote without its partner, a command without a
 * program, and a NUL character.
 */
export function splitCommandLine(text: string): readonly string[] {
  if (text.includes('\0')) throw invalid(text, 'it holds a NUL character')
  const words: string[] = []
  let word = ''
  let quote = ''
  for (const character of text) {
    if (quote !== '') {
      if (character === quote) quote = ''
      else word += character
    } else if (character === '"' || character === "'") quote = character
    else if (character !== ' ') word += character
    else if (word !== '') {
      words.push(word)
      word = ''
    }
  }
  if (quote !== '') throw invalid(text, `a ${quote} has no partner`)
  if (word !== '') words.push(word)
  if (words.length === 0) throw invalid(text, 'it names no program')
  return words
}

function invalid(text: string, why: string): SalvageError {
  return new SalvageError('LABEL.COMMAND', `${JSON.stringify(text)} is not a command line`, {
    why,
    hint: 'separate arguments by spaces and put quotes around those that hold one; for a shell write sh -c "…"',
  })
}
