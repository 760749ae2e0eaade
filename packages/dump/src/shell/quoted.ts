import { SalvageError } from '@salvage-kit/core'

/** A text as one word of a POSIX shell. A NUL cannot be in any: `DUMP.VALUE`. */
export function quoted(text: string): string {
  if (text.includes('\0'))
    throw new SalvageError('DUMP.VALUE', 'a setting of a dump holds a NUL', {
      why: 'no program can be given one',
      untouched: true,
    })
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** Words that blanks part, each as one word of a POSIX shell. */
export function quotedWords(text: string | undefined): string {
  const words = (text ?? '').split(/\s+/).filter((word) => word !== '')
  return words.map(quoted).join(' ')
}
