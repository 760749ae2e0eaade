import { posix } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import { marksIn, unmarked } from './bind.ts'
import { optionPlace, programPlace, takesValue } from './option-place.ts'
import { readsAgain, scriptAt, scriptReadsAgain } from './read-again.ts'
import { bindScript } from './script.ts'
import { splitWords } from './words.ts'

/** One command. No shell reads it but one that it names itself. */
export interface DumpCommand {
  /** Goes before the image's own; absent: that stays. */
  readonly entrypoint?: readonly string[]
  readonly argv: readonly string[]
  /** Variables besides those of the job: the values that a script of this command refers to. */
  readonly environment: Readonly<Record<string, string>>
  /** Where its output goes: a path below the target directory, from there. Absent: it writes its files itself. */
  readonly output?: { readonly path: string; readonly append: boolean }
}

/** The values of a template, and where it says to write. */
export interface Binding {
  /** The file of the template, for messages. */
  readonly name: string
  /** By mark. */
  readonly values: ReadonlyMap<string, string>
  readonly targetDirectory: string
}

/** A word of any language, and nothing more in any of them. */
const WORD = /^[\w.@+,][\w.@+,-]*$/
const PATH = /^\/[\w./-]*$/
/** A pipe fails when any of its programs does, where the shell can tell. */
const PIPEFAIL = '(set -o pipefail) 2>/dev/null && set -o pipefail; '

/** One command of a template behind the words of its entrypoint. Throws `RANCHER.TEMPLATE_VALUE`. */
export function bindCommand(command: string, entrypoint: readonly string[] | undefined, binding: Binding): DumpCommand {
  const split = splitWords(command)
  const output = split?.output === undefined ? undefined : belowTarget(split.output.path, binding)
  if (split === undefined || (split.output !== undefined && output === undefined)) {
    const started = (entrypoint ?? []).map((word) => `${quoted(word)} `).join('')
    const { script, environment } = bound(`${PIPEFAIL}${started}${command}`, binding)
    return entrypoint === undefined
      ? { argv: ['sh', '-c', script], environment }
      : { entrypoint: ['sh'], argv: ['-c', script], environment }
  }
  const words = [...(entrypoint ?? []), ...split.words]
  const at = scriptAt(words)
  const { script, environment } = at === undefined ? { environment: {} } : bound(words[at] ?? '', binding)
  const argv = words.map((word, index) => {
    if (at !== undefined && index === at) return script ?? ''
    // Behind its script a shell takes values for its parameters, whatever they are.
    if (at === undefined || index < at) checkWord(words, index, binding)
    return valueOf(word, binding)
  })
  const first = entrypoint?.length ?? 0
  return {
    ...(entrypoint === undefined ? {} : { entrypoint: argv.slice(0, first) }),
    argv: argv.slice(first),
    environment,
    ...(output === undefined ? {} : { output: { path: output, append: split.output?.append === true } }),
  }
}

/** Puts the values in. Throws `RANCHER.TEMPLATE_VALUE` for a NUL character, which no argument and no variable can hold. */
export function valueOf(text: string, { name, values }: Binding): string {
  const value = unmarked(text, values)
  if (value.includes('\0')) throw refused(name, 'a value holds a NUL character')
  return value
}

/** The error of a template that would make something else of a value. Never with the value. */
export function refused(name: string, why: string): SalvageError {
  return new SalvageError('RANCHER.TEMPLATE_VALUE', `${name}: the template cannot be followed`, { why })
}

interface Script {
  readonly script: string
  readonly environment: Readonly<Record<string, string>>
}

/** Values are variables; in a script that is read twice they stand themselves, if they are words of any language. */
function bound(text: string, binding: Binding): Script {
  for (const mark of new Set(marksIn(text)))
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
      if (programPlace(text, at)) throw refused(binding.name, 'a value would name the program to run')
      if (valueOf(mark, binding).startsWith('-') && optionPlace(text, at)) throw option(binding)
    }
  if (scriptReadsAgain(text)) {
    checkInert(text, binding)
    return { script: valueOf(text, binding), environment: {} }
  }
  const names = new Map<string, string>()
  const script = bindScript(text, (mark) => {
    const variable = names.get(mark) ?? `SALVAGE_VALUE_${String(names.size + 1)}`
    names.set(mark, variable)
    return variable
  })
  return { script, environment: Object.fromEntries([...names].map(([mark, one]) => [one, valueOf(mark, binding)])) }
}

function checkWord(words: readonly string[], at: number, binding: Binding): void {
  const word = words[at] ?? ''
  const [mark] = marksIn(word)
  if (mark === undefined) return
  if (at === 0) throw refused(binding.name, 'a value would name the program to run')
  if (readsAgain(words, at)) checkInert(word, binding)
  if (word.startsWith(mark) && valueOf(mark, binding).startsWith('-') && !takesValue(words[at - 1] ?? ''))
    throw option(binding)
}

function checkInert(text: string, binding: Binding): void {
  const { targetDirectory, name } = binding
  for (const mark of marksIn(text)) {
    const value = valueOf(mark, binding)
    if (!WORD.test(value) && !(value === targetDirectory && PATH.test(value)))
      throw refused(name, 'a value that is no simple word stands where it may be read as a command')
  }
}

function option({ name }: Binding): SalvageError {
  return refused(name, 'a value begins with "-" where it would be taken for an option')
}

/** The path from the target directory on; undefined when it is not below it. */
function belowTarget(path: string, binding: Binding): string | undefined {
  const relative = posix.relative(binding.targetDirectory, posix.resolve('/', valueOf(path, binding)))
  return relative === '' || relative === '..' || relative.startsWith('../') ? undefined : relative
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
