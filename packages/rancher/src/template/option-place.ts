/**
 * Whether a value at `at` of a script would be taken for an option if it began with `-`: it begins a word, and the word
 * before it is no option that takes it.
 */
export function optionPlace(script: string, at: number): boolean {
  const before = opened(script, at)
  if (!/(?:^|[\s;|&(])$/.test(before)) return false
  const word = /(\S+)\s+$/.exec(before)?.[1] ?? ''
  return !takesValue(word)
}

/** Whether a value at `at` of a script would name the program to run. */
export function programPlace(script: string, at: number): boolean {
  return /(?:^|[;|&(`{\n!]|(?:^|\s)(?:then|do|else|exec|time|command))\s*$/.test(opened(script, at))
}

/** An option that its value follows: `-u`, `--user`; not `--user=x`. */
export function takesValue(word: string): boolean {
  return /^--?[^=\s-][^=\s]*$/.test(word)
}

function opened(script: string, at: number): string {
  return script.slice(0, at).replace(/["']+$/, '')
}
