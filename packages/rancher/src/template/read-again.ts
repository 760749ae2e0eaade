import { posix } from 'node:path'

/** Shells that take a script behind `-c`. */
const SHELLS = new Set(['sh', 'ash', 'bash', 'dash', 'ksh', 'zsh'])
/** Programs whose arguments are commands or programs of some language, or which drop the environment on the way. */
const READERS = new Set(
  `awk doas doctl docker ed eval exec expect find gawk gosu lua make mawk node parallel perl php python python2 python3 ruby
  runuser rsync script sed setpriv source ssh su su-exec sudo tar tclsh trap watch xargs`.split(/\s+/),
)
const TAKES_CODE = /^(?:-[a-z]*[ceES]|--?(?:eval|exec|execute|command|expression|split-string))$/
const HOLDS_CODE = /^(?:-[ceES][^]|--(?:eval|exec|execute|command|expression|split-string)=)/
const SCRIPT_READS = /<<|\$\(\(|(?:^|\s)(?:-[a-z]*[ceES]|--(?:eval|execute|command|expression))(?:[\s=]|$)/

/** Where the script of `sh -c SCRIPT` stands, behind whatever it is started by. */
export function scriptAt(words: readonly string[]): number | undefined {
  const shell = words.findIndex((word) => SHELLS.has(posix.basename(word)))
  if (shell < 0 || words.slice(0, shell).some((word) => word === '-i' || READERS.has(posix.basename(word))))
    return undefined
  const flag = words.findIndex((word, index) => index > shell && /^-[a-z]*c[a-z]*$/.test(word))
  if (flag < 0 || words[flag + 1] === undefined) return undefined
  return words.slice(shell + 1, flag).every((word) => /^[-+]/.test(word) || word === 'pipefail') ? flag + 1 : undefined
}

/** Whether what starts these words may read the one at `at` as commands, so that a value in it would be a part of them. */
export function readsAgain(words: readonly string[], at: number): boolean {
  return (
    words.slice(0, at).some((word) => READERS.has(posix.basename(word)) || SHELLS.has(posix.basename(word))) ||
    TAKES_CODE.test(words[at - 1] ?? '') ||
    HOLDS_CODE.test(words[at] ?? '')
  )
}

/** The same of a script of a shell: another shell in it, a program that takes code, a document in which quotes mean nothing. */
export function scriptReadsAgain(script: string): boolean {
  const names = script.split(/[\s;|&()<>`'"]+/).map((word) => posix.basename(word))
  return SCRIPT_READS.test(script) || names.some((name) => READERS.has(name) || SHELLS.has(name))
}
