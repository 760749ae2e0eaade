import { marksIn, unmarked } from './bind.ts'
import type { BoundText } from './bind.ts'
import { bindCommand, checkInert, refused, valueOf } from './command.ts'
import type { Binding, DumpCommand } from './command.ts'
import { readDocument } from './document.ts'
import { splitWords } from './words.ts'

/** What a template lets run, in containers of one image, one command after the other. */
export interface DumpJob {
  /** As an engine wants it: no `docker:` in front. */
  readonly image: string
  /** What the template gives to its commands. Secrets are among them. */
  readonly environment: Readonly<Record<string, string>>
  readonly commands: readonly DumpCommand[]
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

/** Variables in which shells, loaders and interpreters find commands, or where these are. */
const LOADED =
  /^(?:BASH_ENV|ENV|PS\d|PROMPT_COMMAND|IFS|PATH|SHELLOPTS|BASHOPTS|LD_\w+|NODE_\w+|PERL\w+|PYTHON\w+|RUBY\w+|\w*JAVA\w*OPT\w*|\w*PAGER|\w*EDITOR|PSQLRC|OPENSSL_\w+|GCONV_PATH|LIBMYSQL_\w+|LESSOPEN|GIT_\w+|TAR_OPTIONS)$/
const IMAGE = /^\w[\w.:/@-]*$/

/** Reads a rendered template and puts the values where they belong. Throws `RANCHER.TEMPLATE`, `RANCHER.TEMPLATE_VALUE`. */
export function dumpJob(bound: BoundText, { name, image, targetDirectory }: JobOptions): DumpJob {
  const document = readDocument(bound.text, name)
  const entries = document.environments.map((entry) => pair(entry, name))
  const binding: Binding = { name, values: bound.values, targetDirectory, environment: new Map(entries) }
  for (const [variable, value] of entries) if (LOADED.test(variable)) checkInert(value, binding)
  const named = unmarked(document.image ?? image, bound.values).replace(/^(?:docker|sim):/, '')
  if (!IMAGE.test(named)) throw refused(name, 'the image is none')
  const entrypoint = document.entrypoint === undefined ? undefined : splitWords(document.entrypoint)
  if (document.entrypoint !== undefined && (entrypoint === undefined || entrypoint.output !== undefined))
    throw refused(name, 'the entrypoint is no program with its arguments')
  return {
    image: named,
    environment: Object.fromEntries(entries.map(([variable, value]) => [variable, valueOf(value, binding)])),
    commands: document.commands.map((command) => bindCommand(command, entrypoint?.words, binding)),
  }
}

function pair(entry: string, name: string): readonly [string, string] {
  const [, variable, value] = /^([A-Za-z_]\w*)[:=]([^]*)$/.exec(entry) ?? []
  if (variable === undefined || value === undefined || marksIn(variable).length > 0)
    throw refused(name, 'an entry of "environments" is not NAME:VALUE')
  return [variable, value]
}
