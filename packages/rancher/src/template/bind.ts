import { randomBytes } from 'node:crypto'
import { SalvageError } from '@salvage-kit/core'
import type { TemplateContext, TemplateEngine } from './engine.ts'
import { tellPrints } from './prints.ts'

/** A rendered template in which marks stand for the values of the service. */
export interface BoundText {
  readonly text: string
  /** By mark. A mark is of letters, digits and `_`, stands in no value and in no template, and none begins another. */
  readonly values: ReadonlyMap<string, string>
}

/** Values that mean themselves wherever a shell or YAML reads them, in or out of quotes. */
const INERT = /^(?!-)[\w./@%+,-]*$/
const MARKED = /SKV[0-9a-f]{16}_\d+_/g

/**
 * Renders with marks in place of the values, so that what reads the result (YAML, words, a shell) reads nothing of them:
 * they are put in afterwards, where they can only be values. A template that looks into values, such as by `==` or a
 * filter, would see the marks: then values of letters, digits and `./@%+,-` stand as they are and only others are marked;
 * when that is not the true rendering either, it throws `RANCHER.TEMPLATE_VALUE`. Where such a value, or what was made of it,
 * is printed, a mark stands for it all the same. Throws `RANCHER.TEMPLATE` too.
 */
export function renderBound(
  engine: TemplateEngine,
  source: string,
  context: TemplateContext,
  options: { readonly name: string },
): BoundText {
  const prefix = `SKV${randomBytes(8).toString('hex')}_`
  const marked = mark(context, prefix, () => true)
  // First with marks: a message of the interpreter then repeats no value.
  const text = attempt(() => engine.render(source, marked.context, { ...options, strict: true }))
  const truth = attempt(() => engine.render(source, context, options))
  if (truth.result !== undefined) {
    if (text.result !== undefined && unmarked(text.result, marked.values) === truth.result)
      return { text: text.result, values: marked.values }
    const rendering = (plain: ReadonlySet<string>): Marked | undefined => {
      const some = mark(context, prefix, (value) => !plain.has(value))
      const { result } = attempt(() => engine.render(source, some.context, { ...options, strict: true }))
      return result === undefined || unmarked(result, some.values) !== truth.result ? undefined : some
    }
    const plain = new Set([...marked.values.values()].filter((value) => INERT.test(value)))
    let best = rendering(plain)
    // Only what the template looks into stands as it is: the others are still told from what the template says.
    for (const value of best === undefined ? [] : [...plain]) {
      plain.delete(value)
      const better = rendering(plain)
      if (better === undefined) plain.add(value)
      else best = better
    }
    const told = best === undefined ? undefined : markPrints(engine, source, best, { ...options, prefix })
    if (told !== undefined && unmarked(told.text, told.values) === truth.result) return told
    if (text.result !== undefined)
      throw new SalvageError('RANCHER.TEMPLATE_VALUE', `${options.name}: the template changes or compares a value`, {
        why: 'the value holds characters that a shell or YAML could take for something else',
        hint: 'print the value as it is, or use letters, digits and ./@%+,- in it',
      })
  }
  throw text.error ?? new SalvageError('RANCHER.TEMPLATE', `${options.name}: the template fails on a value`)
}

/** A mark for each text that is printed and is neither one yet nor written in the template itself. */
function markPrints(
  engine: TemplateEngine,
  source: string,
  { context, values }: Marked,
  { name, prefix }: { readonly name: string; readonly prefix: string },
): BoundText | undefined {
  const told = tellPrints(source, {
    word: `${prefix}P`,
    known: MARKED,
    given: Object.keys(context),
  })
  const { result } = attempt(() => engine.render(told.source, context, { name, strict: true }))
  const all = new Map(values)
  const text =
    result === undefined
      ? undefined
      : told.read(result, (printed) => {
          const made = `${prefix}${String(all.size + 1)}_`
          all.set(made, unmarked(printed, values))
          return made
        })
  return text === undefined ? undefined : { text, values: all }
}

/** Puts the values in. */
export function unmarked(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(MARKED, (found) => values.get(found) ?? found)
}

/** The marks in a text, in their order, as often as they stand there. */
export function marksIn(text: string): readonly string[] {
  return text.match(MARKED) ?? []
}

interface Marked {
  readonly context: TemplateContext
  readonly values: ReadonlyMap<string, string>
}

/** An empty value stays empty, so that a template that asks for it gets the true answer. */
function mark(context: TemplateContext, prefix: string, chosen: (value: string) => boolean): Marked {
  const values = new Map<string, string>()
  const walk = (value: TemplateContext | string): TemplateContext | string => {
    if (typeof value !== 'string') return walkAll(value)
    if (value === '' || !chosen(value)) return value
    const name = `${prefix}${String(values.size + 1)}_`
    values.set(name, value)
    return name
  }
  const walkAll = (map: TemplateContext): TemplateContext =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name, walk(value)]))
  return { context: walkAll(context), values }
}

interface Attempt {
  /** Absent: it failed with `error`. */
  readonly result?: string
  readonly error?: Error
}

function attempt(render: () => string): Attempt {
  try {
    return { result: render() }
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}
