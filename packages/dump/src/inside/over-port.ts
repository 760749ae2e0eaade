import { randomBytes } from 'node:crypto'
import { failureOf } from '../outside/database.ts'
import type { DatabaseOptions } from '../outside/database.ts'
import type { ExecPort } from '../port.ts'
import { runProgram } from '../program/run.ts'
import { engineNamed } from '../recipe.ts'
import { answersIn } from '../shell/answers.ts'
import type { Answers } from '../shell/answers.ts'
import { withhold } from '../shell/secret.ts'
import { insideProgram } from './program.ts'
import type { InsideRecipe } from './recipe.ts'
import { CHECK, DUMP, RESTORE } from './step.ts'

const FULL_PERCENT = 90

/** A dump that lies in its container. */
export interface InsideDump {
  readonly bytes: number
  /** Of the file as it was read back: `sha256:HEX`, or `cksum:CRC` where the container has no `sha256sum`. */
  readonly sum: string
}

/** Looks whether a dump inside can be made; changes nothing. Rejects as {@link dumpInside}. */
export async function checkInside(port: ExecPort, recipe: InsideRecipe, options: DatabaseOptions): Promise<void> {
  await ask(port, recipe, { step: `${CHECK}\nd_check "$1"`, args: [percentOf(recipe)] }, options)
}

/**
 * Checks, writes a dump beside the last one, reads it back, and resolves when it is on disk and has taken the place of the last
 * one; that one stays until then, and when anything fails. Rejects with `DUMP.NO_TOOL`, `DUMP.NO_DIRECTORY`, `DUMP.NO_DATABASE`,
 * `DUMP.UNREACHABLE`, `DUMP.FULL`, `DUMP.FAILED`, `DUMP.NOT_WHOLE`, `DUMP.NOT_STORED`, and with codes of the platform.
 */
export async function dumpInside(port: ExecPort, recipe: InsideRecipe, options: DatabaseOptions): Promise<InsideDump> {
  const answers = await ask(port, recipe, { step: DUMP, args: [percentOf(recipe)] }, options)
  return { bytes: Number(answers.get('bytes')?.[0] ?? 0), sum: answers.get('sum')?.[0] ?? '' }
}

/**
 * Loads the dump that lies in the container into its database; asks nobody. Fails as a restore of a stream does, and leaves the
 * data as they were. `sum`: the dump must be this one. Rejects as {@link dumpInside}, and with `DUMP.NO_DUMP`, `DUMP.OTHER_DUMP`,
 * `DUMP.NAMES_DATABASE`, `DUMP.RESTORE_FAILED`, `DUMP.HALF_RESTORED`.
 */
export async function restoreInside(
  port: ExecPort,
  recipe: InsideRecipe,
  options: DatabaseOptions & { readonly sum?: string },
): Promise<void> {
  await ask(port, recipe, { step: RESTORE, args: [options.sum ?? ''] }, options)
}

async function ask(
  port: ExecPort,
  { password = '', ...recipe }: InsideRecipe,
  { step, args }: { readonly step: string; readonly args: readonly string[] },
  options: DatabaseOptions,
): Promise<Answers> {
  options.signal.throwIfAborted()
  const engine = engineNamed(recipe.database)
  if (engine === undefined) throw new Error(`there is no engine "${recipe.database}"`)
  const { settings, environment } = withhold({ password })
  const id = randomBytes(6).toString('hex')
  const text = insideProgram({ recipe: { ...recipe, password: settings['password'] ?? '' }, id, step })
  const end = await runProgram(port, { text, args, environment, user: options.user }, options)
  const answers = answersIn(end.stdout)
  if (end.code !== 0) throw failureOf({ recipe: { engine, settings }, options }, end, answers)
  return answers
}

function percentOf(recipe: InsideRecipe): string {
  return String(recipe.fullPercent ?? FULL_PERCENT)
}
