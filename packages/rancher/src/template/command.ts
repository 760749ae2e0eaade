import { posix } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import { marksIn, unmarked } from './bind.ts'
import { isData, isKnown } from './known-program.ts'
import { programPlace, programWord, startsVariable } from './program-place.ts'
import { scriptAt, scriptReadsAgain } from './read-again.ts'
import { bindScript } from './script.ts'
import { simpleCommands } from './simple-commands.ts'
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
  /** The variables that the template itself gives to its commands, with marks in them. */
  readonly environment: ReadonlyMap<string, string>
}

/** A word of any language, and nothing more in any of them. */
const WORD = /^(?!\.{1,2}$)[\w.][\w.@+,-]*$/
const PATH = /^\/[\w./-]*$/
/** A pipe fails when any of its programs does, where the shell can tell. */
const PIPEFAIL = '(set -o pipefail) 2>/dev/null && set -o pipefail; '

/**
 * One command of a template behind the words of its entrypoint. A value may be anything where a program that is known takes it for
 * nothing but data; everywhere else it is a simple word, and nowhere the name of a program. Throws `RANCHER.TEMPLATE_VALUE`.
 */
export function bindCommand(command: string, entrypoint: readonly string[] | undefined, binding: Binding): DumpCommand {
  const split = splitWords(command)
  const output = split?.output === undefined ? undefined : belowTarget(split.output.path, binding)
  if (split === undefined || (split.output !== undefined && output === undefined)) {
    const started = (entrypoint ?? []).map((word) => `${quoted(word)} `).join('')
    const { script, environment } = bound(`${started}${command}`, binding)
    const argv = ['-c', `${PIPEFAIL}${script}`]
    return entrypoint === undefined ? { argv: ['sh', ...argv], environment } : { entrypoint: ['sh'], argv, environment }
  }
  const words = [...(entrypoint ?? []), ...split.words]
  const at = scriptAt(words)
  const { script, environment } = at === undefined ? { environment: {} } : bound(words[at] ?? '', binding)
  if (at === undefined) checkCommand(words, isKnown(words), binding)
  else checkAround(words, at, binding)
  const argv = words.map((word, index) => (index === at ? (script ?? '') : valueOf(word, binding)))
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
  return new SalvageError('RANCHER.TEMPLATE_VALUE', `${name}: the template cannot be followed`, {
    why,
    hint: 'give the value to the command in a variable, by "environments" of the template',
  })
}

interface Script {
  readonly script: string
  readonly environment: Readonly<Record<string, string>>
}

/** Values are variables; in a script that is read twice they stand themselves. */
function bound(text: string, binding: Binding): Script {
  const commands = simpleCommands(text)
  const allKnown = commands?.every(({ words }) => isKnown(words)) === true
  if (commands === undefined) for (const at of places(text)) if (programPlace(text, at)) throw namesProgram(binding)
  if (marksIn(text).length > 0 && startsVariable(text)) throw namesProgram(binding)
  for (const { words, inputs, outputs } of commands ?? []) {
    checkCommand(words, allKnown, binding)
    for (const input of inputs) checkInert(input, binding)
    for (const output of outputs) checkBelow(output, binding)
  }
  if (!allKnown) checkInert(text, binding)
  checkVariables(text, binding)
  if (!allKnown && scriptReadsAgain(text)) return { script: valueOf(text, binding), environment: {} }
  const names = new Map<string, string>()
  const script = bindScript(text, (mark) => {
    const variable = names.get(mark) ?? `SALVAGE_VALUE_${String(names.size + 1)}`
    names.set(mark, variable)
    return variable
  })
  return { script, environment: Object.fromEntries([...names].map(([mark, one]) => [one, valueOf(mark, binding)])) }
}

function checkCommand(words: readonly string[], allKnown: boolean, binding: Binding): void {
  for (const [at, word] of words.entries()) {
    const marks = places(word)
    if (marks.length === 0) continue
    checkBelow(word, binding)
    if (marks.some((inWord) => programWord(words, at, inWord))) throw namesProgram(binding)
    if (!allKnown || !isData(words, at, (text) => valueOf(text, binding))) checkInert(word, binding)
  }
}

/** What starts the shell of a script, and the parameters of the script. */
function checkAround(words: readonly string[], at: number, binding: Binding): void {
  checkCommand(words.slice(0, at), false, binding)
  const parameters = words.slice(at + 1).join(' ')
  checkInert(parameters, binding)
  if (marksIn(parameters).length > 0 && startsVariable(words[at] ?? '')) throw namesProgram(binding)
}

/** Values that come to a script in variables of the template: the template quotes them, unless it has them read as commands. */
function checkVariables(text: string, binding: Binding): void {
  for (const { index, 1: name = '' } of text.matchAll(/\$\{?([A-Za-z_]\w*)/g)) {
    const value = binding.environment.get(name)
    if (value === undefined || marksIn(value).length === 0) continue
    if (programPlace(text, index)) throw namesProgram(binding)
    if (scriptReadsAgain(text)) checkInert(value, binding)
  }
}

/** Throws `RANCHER.TEMPLATE_VALUE` when a value in this text is more than a simple word, and not the target directory. */
export function checkInert(text: string, binding: Binding): void {
  const { targetDirectory, name } = binding
  for (const mark of marksIn(text)) {
    const value = valueOf(mark, binding)
    if (!WORD.test(value) && !(value === targetDirectory && PATH.test(value)))
      throw refused(name, 'a value that is no simple word stands where it may be read as an option or a command')
  }
}

/** A path that the template begins with the target directory must not be led out of it by a value. */
function checkBelow(text: string, binding: Binding): void {
  const { targetDirectory, name } = binding
  const [target] = marksIn(text).filter((mark) => valueOf(mark, binding) === targetDirectory)
  if (target === undefined) return
  const path = text.slice(text.indexOf(target) + target.length)
  if (marksIn(path).length > 0 && /^\.\.(?:\/|$)/.test(posix.normalize(`.${valueOf(path, binding)}`)))
    throw refused(name, 'a value would lead out of the target directory')
}

/** Where marks begin. */
function places(text: string): readonly number[] {
  const found: number[] = []
  let at = 0
  for (const mark of marksIn(text)) {
    at = text.indexOf(mark, at)
    found.push(at)
    at += mark.length
  }
  return found
}

function namesProgram({ name }: Binding): SalvageError {
  return refused(name, 'a value would name the program to run')
}

/** The path from the target directory on; undefined when it is not below it. */
function belowTarget(path: string, binding: Binding): string | undefined {
  const relative = posix.relative(binding.targetDirectory, posix.resolve('/', valueOf(path, binding)))
  return relative === '' || relative === '..' || relative.startsWith('../') ? undefined : relative
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
