import type { CallOptions } from '@salvage-kit/core'
import type { Settings } from '../engine.ts'
import { dumpFailure } from '../failure.ts'
import type { ExecEnd, ExecPort } from '../port.ts'
import { MARK } from '../program/frame.ts'
import { checkSettings } from '../recipe.ts'
import type { Recipe } from '../recipe.ts'
import { answersIn } from '../shell/answers.ts'
import type { Answers } from '../shell/answers.ts'
import { withhold } from '../shell/secret.ts'
import type { SalvageError } from '@salvage-kit/core'

/** What dumps and restores that go over a port take. */
export interface DatabaseOptions extends CallOptions {
  /** Which database, where, for messages: `container "db"`. */
  readonly where: string
  /** As whom programs run there. Absent: as the service does. */
  readonly user?: string
  /** How long a database that does not answer is asked again, in milliseconds: it may just have risen. Absent: not at all. */
  readonly patienceMs?: number
}

/** A database that is reached over a port, and what its programs are given. */
export interface Database {
  readonly port: ExecPort
  readonly recipe: Recipe
  /** Without what may not stand in a program. */
  readonly settings: Settings
  readonly environment: Readonly<Record<string, string>>
  readonly options: DatabaseOptions
}

/** Rejects with `DUMP.SETTING`. */
export function databaseOf(port: ExecPort, recipe: Recipe, options: DatabaseOptions): Database {
  checkSettings(recipe.engine, recipe.settings)
  return { port, recipe, options, ...withhold(recipe.settings) }
}

const SHELL_MISSING = [126, 127]

/** The error for a program that ended with something else than 0. `said`: what it answered; absent: on stderr. */
export function failureOf(
  { recipe, options }: Pick<Database, 'recipe' | 'options'>,
  { code, stderr }: ExecEnd,
  said?: Answers,
  /** Of a program that did not say why. */
  untold?: string,
): SalvageError {
  const answers = said ?? answersIn(stderr, MARK)
  const tools = stderr
    .split('\n')
    .filter((line) => !line.startsWith(MARK))
    .join('\n')
    .trim()
  const [told] = answers.get('fail') ?? []
  const missing = told === undefined && SHELL_MISSING.includes(code)
  return dumpFailure({
    what: `${recipe.engine.name} in ${options.where}`,
    reason: missing ? 'NO_TOOL' : (told ?? untold),
    about: missing ? 'sh' : answers.get('about')?.[0],
    stderr: tools,
  })
}
