const STRING = String.raw`"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'`
const RAW = String.raw`\{%[-+]?\s*raw\s*[-+]?%\}[^]*?\{%[-+]?\s*endraw\s*[-+]?%\}`
const TAG = String.raw`\{%[-+]?\s*(?<kind>\w*)(?<rest>(?:${STRING}|[^"'])*?)%\}`
const PRINT = String.raw`\{\{(?<before>[-+]?)(?<expression>(?:${STRING}|[^"'])*?)(?<after>[-+]?)\}\}`
const PIECE = new RegExp(String.raw`\{#[^]*?#\}|${RAW}|${TAG}|${PRINT}`, 'g')
const STRINGS = new RegExp(STRING, 'g')

/** A template that says of each text that it prints where it begins and ends. */
export interface ToldPrints {
  readonly source: string
  /**
   * Reads what it rendered: gives `replace` each text that was printed and is not written in the template itself, and puts what
   * comes of it in its place. Undefined where the template did something with its prints.
   */
  read(rendered: string, replace: (text: string) => string): string | undefined
}

/**
 * `word` begins the signs and stands in no template and no value; what matches `known` in a print stays as it is. `given` are the
 * names under which a template finds values.
 */
export function tellPrints(
  source: string,
  { word, known, given }: { readonly word: string; readonly known: RegExp; readonly given: readonly string[] },
): ToldPrints {
  const own: { readonly texts: ReadonlySet<string>; readonly isOfValues: boolean }[] = []
  const anywhere = new Set<string>()
  const told = source.replace(PIECE, (whole, ...args) => {
    const { kind, rest, before = '', expression, after = '' } = groupsOf(args)
    // What a value is compared with names nothing: a print of it prints the value.
    if (rest !== undefined && kind !== 'if' && kind !== 'elif') for (const text of literals(rest)) anywhere.add(text)
    if (expression === undefined) return whole
    const sign = `${word}${String(own.length)}`
    const isOfValues = (expression.match(/\w+/g) ?? []).some((name) => given.includes(name))
    own.push({ texts: new Set(literals(expression)), isOfValues })
    return `{{${before} "${sign}o" ~ (${expression}) ~ "${sign}c" ${after}}}`
  })
  const isOwn = (text: string, print: number): boolean => {
    const { texts, isOfValues = true } = own[print] ?? {}
    const isTold = (piece: string): boolean => texts?.has(piece) === true || (!isOfValues && anywhere.has(piece))
    return text.split(known).every((piece) => piece === '' || isTold(piece))
  }
  return {
    source: told,
    read(rendered, replace): string | undefined {
      const open: { readonly print: number; text: string; holdsOthers: boolean }[] = []
      let text = ''
      for (const piece of rendered.split(new RegExp(`(${word}\\d+[oc])`))) {
        if (!piece.startsWith(word)) {
          const into = open.at(-1)
          if (into === undefined) text += piece
          else into.text += piece
          continue
        }
        const print = Number.parseInt(piece.slice(word.length), 10)
        if (piece.endsWith('o')) {
          open.push({ print, text: '', holdsOthers: false })
          continue
        }
        const ended = open.pop()
        if (ended?.print !== print) return undefined
        // A macro prints what was printed in it.
        const stays = ended.text === '' || ended.holdsOthers || isOwn(ended.text, print)
        const printed = stays ? ended.text : replace(ended.text)
        const around = open.at(-1)
        if (around === undefined) text += printed
        else {
          around.text += printed
          around.holdsOthers = true
        }
      }
      return open.length === 0 ? text : undefined
    },
  }
}

function groupsOf(args: readonly unknown[]): Readonly<Record<string, string | undefined>> {
  const last = args.at(-1)
  return typeof last === 'object' && last !== null ? { ...last } : {}
}

/** The texts between quotes, as they are where nothing is escaped in them. */
function literals(code: string): readonly string[] {
  return (code.match(STRINGS) ?? []).map((text) => text.slice(1, -1))
}
