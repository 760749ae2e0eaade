type Context = 'bare' | 'double' | 'single'

const MARK = /SKV[0-9a-f]{16}_\d+_/y
/**
 * Puts a variable for each mark, by what quotes it stands in: the shell then takes the value as it is, once, and never
 * reads it. `nameOf` gives the variable of a mark. For scripts of which nothing is read a second time.
 */
export function bindScript(script: string, nameOf: (mark: string) => string): string {
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
  return out
}

function reference(name: string, context: Context): string {
  if (context === 'double') return `\${${name}}`
  return context === 'single' ? `'"\${${name}}"'` : `"\${${name}}"`
}
