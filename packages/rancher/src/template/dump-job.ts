import { posix } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import { marksIn, unmarked } from './bind.ts'
import type { BoundText } from './bind.ts'
import { readDocument } from './document.ts'
import { bindScript } from './script.ts'
import { splitWords } from './words.ts'

/** What a template lets run, in containers of one image, one command after the other. */
export interface DumpJob {
  /** As an engine wants it: no `docker:` in front. */
  readonly image: string
  /** What the template gives to its commands. Secrets are among them. */
  readonly environment: Readonly<Record<string, string>>
  readonly commands: readonly DumpCommand[]
}

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

/** What a job is made of besides the template. */
export interface JobOptions {
  /** The file of the template, for messages. */
  readonly name: string
  /** Of the service: for a template that names none. */
  readonly image: string
  /** As the template got it. */
  readonly targetDirectory: string
}

const SHELLS = new Set(['sh', 'ash', 'bash', 'dash', 'ksh', 'zsh'])
const IMAGE = /^\w[\w.:/@-]*$/
/** A pipe fails when any of its programs does, where the shell can tell. */
const PIPEFAIL = '(set -o pipefail) 2>/dev/null && set -o pipefail; '

/** Reads a rendered template and puts the values where they belong. Throws `RANCHER.TEMPLATE`, `RANCHER.TEMPLATE_VALUE`. */
export function dumpJob(bound: BoundText, { name, image, targetDirectory }: JobOptions): DumpJob {
  const { values } = bound
  const document = readDocument(bound.text, name)
  const named = unmarked(document.image ?? image, values).replace(/^(?:docker|sim):/, '')
  if (!IMAGE.test(named)) throw refused(name, 'the image is none')
  const entrypoint = document.entrypoint === undefined ? undefined : splitWords(document.entrypoint)
  if (document.entrypoint !== undefined && (entrypoint === undefined || entrypoint.output !== undefined))
    throw refused(name, 'the entrypoint is no program with its arguments')
  return {
    image: named,
    environment: Object.fromEntries(document.environments.map(pair)),
    commands: document.commands.map((command) => commandOf(command, entrypoint?.words)),
  }

  function pair(entry: string): readonly [string, string] {
    const [, variable, value] = /^([A-Za-z_]\w*)[:=]([^]*)$/.exec(entry) ?? []
    if (variable === undefined || value === undefined || marksIn(variable).length > 0)
      throw refused(name, 'an entry of "environments" is not NAME:VALUE')
    return [variable, value0(value)]
  }

  function commandOf(command: string, before: readonly string[] | undefined): DumpCommand {
    const split = splitWords(command)
    const output = split?.output === undefined ? undefined : belowTarget(split.output.path)
    if (split === undefined || (split.output !== undefined && output === undefined)) {
      const script = `${PIPEFAIL}${(before ?? []).map((word) => `${quoted(word)} `).join('')}${command}`
      return withScript(
        before === undefined ? {} : { entrypoint: ['sh'] },
        before === undefined ? ['sh'] : [],
        script,
        [],
      )
    }
    const words = [...(before ?? []), ...split.words]
    const ending = output === undefined ? {} : { output: { path: output, append: split.output?.append === true } }
    const at = scriptAt(words)
    const first = before?.length ?? 0
    if (at === undefined || at < first) {
      words.forEach((word, index) => checkOption(word, words[index - 1]))
      return {
        ...(before === undefined ? {} : { entrypoint: before.map(value0) }),
        argv: split.words.map(value0),
        environment: {},
        ...ending,
      }
    }
    const { argv, ...rest } = withScript({}, [], words[at] ?? '', words.slice(at + 1))
    const lead = [...words.slice(0, at - 1).map(value0), ...argv]
    return {
      ...rest,
      ...(before === undefined ? {} : { entrypoint: lead.slice(0, first) }),
      argv: lead.slice(first),
      ...ending,
    }
  }

  function withScript(
    base: Pick<DumpCommand, 'entrypoint'>,
    before: readonly string[],
    text: string,
    after: readonly string[],
  ): DumpCommand {
    const names = new Map<string, string>()
    const nameOf = (mark: string): string => {
      const known = names.get(mark) ?? `SALVAGE_VALUE_${String(names.size + 1)}`
      names.set(mark, known)
      return known
    }
    const script = bindScript(text, nameOf)
    if (script === undefined)
      throw refused(name, 'a value stands in a script that is read twice, by eval or a shell in it')
    return {
      ...base,
      argv: [...before, '-c', script.script, ...after.map(value0)],
      environment: Object.fromEntries([...names].map(([mark, variable]) => [variable, value0(mark)])),
    }
  }

  function value0(text: string): string {
    const value = unmarked(text, values)
    if (value.includes('\0')) throw refused(name, 'a value holds a NUL character')
    return value
  }

  /** A value that begins with `-` must not become an option: it may stand behind one, or behind text of the template. */
  function checkOption(word: string, before: string | undefined): void {
    const [mark] = marksIn(word)
    if (mark === undefined || !word.startsWith(mark) || !value0(mark).startsWith('-')) return
    if (before?.startsWith('-') === true && !before.includes('=')) return
    throw refused(name, 'a value begins with "-" where it would be taken for an option')
  }

  /** The path from the target directory on; undefined when it is not below it. */
  function belowTarget(path: string): string | undefined {
    const relative = posix.relative(targetDirectory, posix.resolve('/', value0(path)))
    if (relative === '' || relative === '..' || relative.startsWith('../')) return undefined
    return relative
  }
}

/** Where the script of `sh -c SCRIPT` stands. */
function scriptAt(words: readonly string[]): number | undefined {
  const shell = words[0] === undefined ? '' : posix.basename(words[0])
  const flag = words.findIndex((word, index) => index > 0 && /^-[a-z]*c[a-z]*$/.test(word))
  if (!SHELLS.has(shell) || flag < 0 || words[flag + 1] === undefined) return undefined
  return words.slice(1, flag).every((word) => word.startsWith('-') || word === 'pipefail') ? flag + 1 : undefined
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

function refused(name: string, why: string): SalvageError {
  return new SalvageError('RANCHER.TEMPLATE_VALUE', `${name}: the template cannot be followed`, { why })
}
