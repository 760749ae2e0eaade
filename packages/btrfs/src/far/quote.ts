/**
 * The words as one line for the shell of a far end, which takes each of them as it is. Everything that reaches such a
 * shell goes through here. Quotes are doubled outside of quotes, so that shells of another family (fish) read the same.
 */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`)).join(' ')
}

const PLAIN = /^[A-Za-z0-9_./:@%+-]+$/
