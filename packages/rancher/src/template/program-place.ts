import { posix } from 'node:path'

/** Programs that start another one, or read one, and how many words of their own stand before it. */
const STARTERS: ReadonlyMap<string, number> = new Map([
  ...`. ash bash builtin busybox chrt command dash dumb-init env eval exec expect ionice ksh nice nohup parallel runuser script
  setpriv setsid sh source stdbuf strace sudo doas time timeout tini trap unshare watch xargs zsh`
    .split(/\s+/)
    .map((name) => [name, 0] as const),
  ...['chroot', 'flock', 'gosu', 'ssh', 'su', 'su-exec', 'taskset'].map((name) => [name, 1] as const),
  ...['docker', 'podman', 'kubectl'].map((name) => [name, 2] as const),
])
const ASSIGNMENT = /^[A-Za-z_]\w*=/
// A backtick is \x60.
const BEGIN = String.raw`(?:^|[;|&(\x60{\n!])\s*`
const STARTS = [
  'then|do|else|elif|if|while|until|exec|eval|time|command|builtin|env|nice|nohup|xargs|sudo|setsid|trap|source',
  String.raw`\.|timeout|(?:gosu|su|su-exec|chroot|flock)\s+\S+|(?:ba|da|k|z|a)?sh`,
].join('|')
const BEHIND = String.raw`(?:^|[\s;|&(\x60{!"'])(?:${STARTS})\s+(?:-\S+\s+(?:\w+\s+)?|\d\S*\s+)*`
/** Variables and redirections, which may stand before it too. */
const ASIDE = String.raw`(?:(?:\w*=|\d*[<>]+&?[ \t]*)(?:"[^"]*"|'[^']*'|[^\s"'])*\s+)*`
/** What is written before the name of a program, in a text that a shell reads. */
const BEFORE = new RegExp(String.raw`(?:${BEGIN}|${BEHIND})${ASIDE}["']*[\w./-]*$`)

/** Whether what stands at `at` of a script is the name of a program, or a part of it. */
export function programPlace(script: string, at: number): boolean {
  return BEFORE.test(script.slice(0, at).replace(/["']+$/, ''))
}

/** The same of the word at `at` of a command; `inWord` is where in that word. */
export function programWord(words: readonly string[], at: number, inWord: number): boolean {
  const word = words[at] ?? ''
  if (ASSIGNMENT.test(word) && words.slice(0, at).every((one) => ASSIGNMENT.test(one))) return false
  const [first] = words.slice(0, at).filter((one) => !ASSIGNMENT.test(one))
  if (first === undefined) return true
  if (/^-(?:exec|execdir|ok|okdir)$/.test(words[at - 1] ?? '')) return true
  if (!STARTERS.has(posix.basename(first))) return false
  return programPlace(word, inWord) && words.some((_, index) => index < at && mayStart(words, index, at))
}

/** Whether the program at `index` may be one that starts the word at `at`, as far as can be told without its options. */
function mayStart(words: readonly string[], index: number, at: number): boolean {
  const name = posix.basename(words[index] ?? '')
  const own = STARTERS.get(name)
  if (own === undefined) return false
  const operands = words.slice(index + 1, at).filter((one, place, all) => {
    const follows = /^-[A-Za-z]$|^--[^=]+$/.test(all[place - 1] ?? '')
    // To env a variable may have any name, none too.
    return !/^[-+]/.test(one) && !/^\d+[smhd]?$/.test(one) && !one.includes('=') && !follows
  })
  return operands.length <= own || /^(?:ba|da|k|z|a)?sh$/.test(name)
}

/** Whether a script starts what one of its variables or parameters names: it may have been given a value before. */
export function startsVariable(script: string): boolean {
  return [...script.matchAll(/\$\{?[\w@*]/g)].some(({ index }) => programPlace(script, index))
}
