/** What a shell makes of a command that needs none. */
export interface Words {
  readonly words: readonly string[]
  /** Where the output goes: of a redirection at the end. */
  readonly output?: { readonly path: string; readonly append: boolean }
}

/**
 * Splits a command as a POSIX shell does. Undefined when it takes a shell to run it: pipes, lists, expansions,
 * patterns, comments, other redirections, and a quote without its partner.
 */
export function splitWords(command: string): Words | undefined {
  const words: string[] = []
  let output: Words['output']
  let rest = command.trim()
  while (rest !== '') {
    const arrow = /^(>>?)[ \t]*(?![>&|])/.exec(rest)
    if (output !== undefined) return undefined
    if (arrow !== null) rest = rest.slice(arrow[0].length)
    const word = firstWord(rest)
    if (word === undefined) return undefined
    if (arrow === null) words.push(word.text)
    else output = { path: word.text, append: arrow[1] === '>>' }
    const after = rest.slice(word.length)
    // `2>file`: the digit is no word.
    if (after.startsWith('>') && /^\d+$/.test(rest.slice(0, word.length))) return undefined
    rest = after.replace(/^[ \t]+/, '')
  }
  if (words.length === 0 || /^[A-Za-z_]\w*=/.test(command.trim())) return undefined
  return { words, ...(output === undefined ? {} : { output }) }
}

interface Word {
  readonly text: string
  /** Characters of the command that it takes. */
  readonly length: number
}

const PART =
  /'(?<single>[^']*)'|"(?<double>(?:[^"\\$`]|\\[^])*)"|\\(?<escaped>[^\n])|(?<bare>[^\s'"\\$`|&;<>()*?[\]{}!~#]+|(?<=[^\s])[~#!{}\]])/y

function firstWord(text: string): Word | undefined {
  let word = ''
  let at = 0
  while (at < text.length) {
    PART.lastIndex = at
    const part = PART.exec(text)
    if (part === null) break
    const { single, double, escaped, bare } = part.groups ?? {}
    word += single ?? double?.replaceAll(/\\([$`"\\])/g, '$1').replaceAll('\\\n', '') ?? escaped ?? bare ?? ''
    at = PART.lastIndex
  }
  const next = text[at]
  const ends = next === undefined || next === ' ' || next === '\t' || next === '>'
  return at === 0 || !ends ? undefined : { text: word, length: at }
}
