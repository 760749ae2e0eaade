/** The text of a shell script in which values stand as variables. */
export interface BoundScript {
  readonly script: string
  /** The marks that it uses. */
  readonly used: ReadonlySet<string>
}

type Context = 'bare' | 'double' | 'single'

const MARK = /SKV[0-9a-f]{16}_\d+_/y
/** What reads a part of the script as a script again, or a document in which quotes mean nothing. */
const READS_AGAIN =
  /\b(?:eval|source|trap|awk|perl|python3?|ssh|su|xargs|env -S)\b|\b(?:ba|da|a|z|k)?sh\b[^|;&\n]*\s-\w*c\b|<<|\$\(\(/

/**
 * Puts a variable for each mark, by what quotes it stands in: the shell then takes the value as it is, once, and never
 * reads it. `nameOf` gives the variable of a mark. Undefined when a mark stands in a script that may be read twice, by
 * `eval` or another shell, where a variable would become text of it.
 */
export function bindScript(script: string, nameOf: (mark: string) => string): BoundScript | undefined {
  const used = new Set<string>()
  const contexts: Context[] = ['bare']
  /** The contexts that `$(` or a backtick opened, by their depth. */
  const inner: { readonly close: string; readonly depth: number }[] = []
  let out = ''
  let at = 0
  while (at < script.length) {
    const context = contexts.at(-1) ?? 'bare'
    MARK.lastIndex = at
    const mark = MARK.exec(script)?.[0]
    if (mark !== undefined) {
      used.add(mark)
      out += reference(nameOf(mark), context)
      at += mark.length
      continue
    }
    const two = script.slice(at, at + 2)
    const one = two.slice(0, 1)
    const take = one === '\\' && context !== 'single' ? two : one
    if (context === 'single') {
      if (one === "'") contexts.pop()
    } else if (take.length === 1) {
      const frame = inner.at(-1)
      if (frame !== undefined && one === frame.close && contexts.length === frame.depth) {
        inner.pop()
        contexts.pop()
      } else if (two === '$(' || one === '`') {
        contexts.push('bare')
        inner.push({ close: one === '`' ? '`' : ')', depth: contexts.length })
        if (one === '$') {
          out += two
          at += 2
          continue
        }
      } else if (one === '"') {
        if (context === 'double') contexts.pop()
        else contexts.push('double')
      } else if (one === "'" && context === 'bare') contexts.push('single')
    }
    out += take
    at += take.length
  }
  if (used.size > 0 && READS_AGAIN.test(script)) return undefined
  return { script: out, used }
}

function reference(name: string, context: Context): string {
  if (context === 'double') return `\${${name}}`
  return context === 'single' ? `'"\${${name}}"'` : `"\${${name}}"`
}
