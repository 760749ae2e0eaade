import { posix } from 'node:path'
import { fromProgram } from './known-program.ts'

/** Shells that take a script behind `-c`. */
const SHELLS = new Set(['sh', 'ash', 'bash', 'dash', 'ksh', 'zsh'])
/** Programs whose arguments are commands or programs of some language, or which drop the environment on the way. */
const READERS = new Set(
  `awk doas docker ed env eval exec expect find gawk gosu lua make mawk node parallel perl php python python2 python3 ruby
  runuser rsync script sed setpriv source ssh su su-exec sudo tar tclsh trap watch xargs`.split(/\s+/),
)
const SCRIPT_READS =
  /<<|\$\(\(|\|\s*(?:\S*\/)?(?:psql|mysql|mariadb|mongo|mongosh|sqlite3|redis-cli|cqlsh)\b|(?:^|\s)(?:-[A-Za-z0-9]*[ceES]|--(?:eval|execute|command|expression))(?:[\s='"]|$)/

/**
 * Where the script of `sh -c SCRIPT` stands, behind what only starts the shell. Undefined too where an option follows `-c`, since
 * the script then stands elsewhere.
 */
export function scriptAt(words: readonly string[]): number | undefined {
  const shell = words.length - fromProgram(words).length
  if (!SHELLS.has(posix.basename(words[shell] ?? ''))) return undefined
  const flag = words.findIndex((word, index) => index > shell && /^-[eflnuvx]*c[eflnuvx]*$/.test(word))
  if (flag < 0 || !/^[^-+]/.test(words[flag + 1] ?? '')) return undefined
  const between = words.slice(shell + 1, flag)
  return between.every((word) => /^[-+][A-Za-z]/.test(word) || word === 'pipefail') ? flag + 1 : undefined
}

/** Whether something in a script is read as commands once more: by another shell, a program that takes code, as a document. */
export function scriptReadsAgain(script: string): boolean {
  const names = script.split(/[\s;|&()<>`'"]+/).map((word) => posix.basename(word))
  return SCRIPT_READS.test(script) || names.some((name) => READERS.has(name) || SHELLS.has(name))
}
