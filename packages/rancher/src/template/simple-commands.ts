/** One command of a script: its words as a shell takes them, quotes gone, without redirections. */
export interface SimpleCommand {
  readonly words: readonly string[]
  /** Files that it reads by `<`. */
  readonly inputs: readonly string[]
  /** Files that it writes by `>` and the like. */
  readonly outputs: readonly string[]
}

/** What a shell reads in a way that is not known here: substitutions, other expansions, documents, comments, patterns of names. */
const STRANGE = /`|\$\(|\$\{(?!\w+\})|\$['"[]|<<|<\(|>\(|<>|>&(?![12-]\b)|&>|;;|\(\(|\[\[|\\\n/
const PIECE =
  /(?<end>&&|\|\||[;&|\n()])|(?<arrow>\d?(?:>>|>\||>&|<&|>|<))|(?<space>[ \t]+)|'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\[^])*)"|\\(?<escaped>[^\n])|(?<bare>[^\s'"\\`|&;<>()]+)/y
const KEYWORDS = new Set(['!', '{', '}', 'do', 'done', 'elif', 'else', 'fi', 'if', 'then', 'until', 'while'])
const OTHER_KEYWORDS = new Set(['case', 'coproc', 'esac', 'for', 'function', 'select', 'in'])

/**
 * The commands of a script, where it is one of which every word can be told; undefined for any other. Variables stand in words
 * as they are written.
 */
export function simpleCommands(script: string): readonly SimpleCommand[] | undefined {
  if (STRANGE.test(script)) return undefined
  const commands: SimpleCommand[] = []
  let words: string[] = []
  let inputs: string[] = []
  let outputs: string[] = []
  let word: string | undefined
  let arrow: string | undefined
  const wordEnds = (): boolean => {
    if (word === undefined) return arrow === undefined
    if (arrow === undefined) {
      const isKeyword = words.length === 0 && KEYWORDS.has(word)
      if (words.length === 0 && OTHER_KEYWORDS.has(word)) return false
      if (!isKeyword) words.push(word)
    } else (arrow.includes('<') ? inputs : outputs).push(word)
    arrow = undefined
    word = undefined
    return true
  }
  for (let at = 0; at < script.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at
    const found = PIECE.exec(script)?.groups
    if (found === undefined) return undefined
    const { end, arrow: opens, space, single, double, escaped, bare } = found
    const text = single ?? double?.replaceAll(/\\([$`"\\])/g, '$1') ?? escaped ?? bare
    if (text !== undefined) {
      if (word === undefined && bare?.startsWith('#') === true) return undefined
      // `2>file` is one piece only where a word begins.
      word = (word ?? '') + text
    } else if (space !== undefined || end !== undefined) {
      if (space !== undefined && word === undefined) continue
      // A function: what its name means is said in the script.
      if (end === '(' && (word !== undefined || words.length > 0)) return undefined
      if (!wordEnds()) return undefined
      if (end === undefined) continue
      if (words.length + inputs.length + outputs.length > 0) commands.push({ words, inputs, outputs })
      words = []
      inputs = []
      outputs = []
    } else if (opens !== undefined) {
      if (/^\d/.test(opens) && word !== undefined) return undefined
      if (!wordEnds()) return undefined
      arrow = opens
    }
  }
  if (!wordEnds()) return undefined
  if (words.length + inputs.length + outputs.length > 0) commands.push({ words, inputs, outputs })
  return commands
}
