/**
 * The words as one line for the shell of a far end, which takes each of them as it is. Everything that reaches such a
 * shell goes through here. Quotes and backslashes are written so that fish reads them as the POSIX shells do.
 */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll(/['\\]/g, written)}'`)).join(' ')
}

const PLAIN = /^[A-Za-z0-9_./:@%+-]+$/

function written(character: string): string {
  return character === "'" ? `'"'"'` : String.raw`'"\\"'`
}
