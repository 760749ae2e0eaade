import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { ExecEnd, ExecPort } from '../port.ts'
import { afterFrame, askFrame, readyFrame, restoreFrame } from '../program/frame.ts'
import { runProgram } from '../program/run.ts'
import type { Recipe } from '../recipe.ts'
import { answersIn } from '../shell/answers.ts'
import type { Answers } from '../shell/answers.ts'
import { halfLoaded } from '../failure.ts'
import { databaseOf, failureOf } from './database.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { mustBeParts, prove } from './prove.ts'
import type { Proven, StoredPart } from './prove.ts'
import { survey } from './survey.ts'

/**
 * Loads files of a dump into the database, in the order in which the dump made them; asks nobody. All of them are proven whole
 * before anything is touched. Each file goes in as one: it ends at the first error, and what was there is as it was. When a later
 * file fails, or the signal aborts before it, the earlier ones are loaded: `DUMP.HALF_RESTORED`, which says which.
 *
 * Rejects with `DUMP.NO_DUMP`, `DUMP.NOT_WHOLE`, `DUMP.SKEW` (the dump is of a newer server), `DUMP.RESTORE_FAILED`,
 * `DUMP.RESTORE_ENDED`, `DUMP.HALF_RESTORED`, `DUMP.NO_TOOL`, `DUMP.UNREACHABLE`, `DUMP.REFUSED`, `DUMP.SETTING`, and with codes of the platform.
 */
export async function restore(
  port: ExecPort,
  recipe: Recipe,
  files: readonly StoredPart[],
  options: DatabaseOptions,
): Promise<void> {
  const checked = await checkRestore(port, recipe, files, options)
  await checked.load(options)
}

/** A dump that is whole and goes into a database. */
export interface CheckedRestore {
  /** Loads it, as {@link restore} does. */
  load(options: CallOptions): Promise<void>
}

/** Proves all files, as {@link restore} does before it touches anything. */
export async function checkRestore(
  port: ExecPort,
  recipe: Recipe,
  files: readonly StoredPart[],
  options: DatabaseOptions,
): Promise<CheckedRestore> {
  options.signal.throwIfAborted()
  const database = databaseOf(port, recipe, options)
  mustBeParts(database, files)
  const { server } = await survey(database)
  const proven: Proven[] = []
  for (const file of files)
    proven.push(await prove(database, file, (head) => mustTake(database, file, { head, server })))
  return {
    async load({ signal }) {
      const loading = { ...database, options: { ...options, signal } }
      const loaded: string[] = []
      for (const one of proven.toSorted((a, b) => rank(a) - rank(b))) {
        try {
          signal.throwIfAborted()
          await load(loading, one)
        } catch (error) {
          throw halfLoaded(`${recipe.engine.name} in ${options.where}`, { failed: one.file.name, loaded, error })
        }
        loaded.push(one.file.name)
      }
    },
  }
}

/**
 * Looks whether a restore could begin, and changes nothing: the database answers, its tools are there, and its recipe replaces what
 * it holds. Rejects with `DUMP.NOT_IN_PLACE` where a restore makes a directory, and as {@link restore} does.
 */
export async function readyToRestore(port: ExecPort, recipe: Recipe, options: DatabaseOptions): Promise<void> {
  options.signal.throwIfAborted()
  const database = databaseOf(port, recipe, options)
  if (recipe.engine.beside === true)
    throw new SalvageError(
      'DUMP.NOT_IN_PLACE',
      `${recipe.engine.name} in ${options.where} takes no dump while it runs`,
      {
        why: 'its dump becomes a new data directory, which whoever runs it puts in the place of the old one',
        hint: 'restore the files (--to dir:PATH), and see docs/databases.md for what to do with them',
        untouched: true,
      },
    )
  await survey(database)
}

/**
 * Brings what a restore of these files left, whose programs are dead, to one end or the other. Idempotent. Rejects with
 * `DUMP.UNREACHABLE`, `DUMP.HALF_RESTORED`, and with codes of the platform.
 */
export async function settleRestore(
  port: ExecPort,
  recipe: Recipe,
  names: readonly string[],
  options: DatabaseOptions,
): Promise<void> {
  options.signal.throwIfAborted()
  const database = databaseOf(port, recipe, options)
  const text = recipe.engine.settle?.(database.settings)
  if (text === undefined) return
  await survey(database)
  for (const name of names) {
    const of = recipe.engine.partOf(name)
    if (of !== undefined) await feed(database, askFrame(text), [of])
  }
}

function mustTake(
  { recipe, options }: Database,
  { name }: StoredPart,
  { head, server }: { readonly head: Buffer; readonly server: string },
): void {
  const skew = recipe.engine.skew?.(head, server)
  if (skew === undefined) return
  throw new SalvageError('DUMP.SKEW', `${name} cannot go into ${recipe.engine.name} in ${options.where}`, {
    why: skew,
    hint: 'restore it into a server of the version that it is of, or of a newer one',
    untouched: true,
  })
}

/** What belongs to all databases goes first. */
function rank({ of }: Proven): number {
  return of === '' ? 0 : 1
}

const MOST_TRIES = 5
const AS_BEFORE = new Set(['DUMP.RESTORE_FAILED', 'DUMP.NOT_WHOLE'])

async function load(database: Database, { file, of, bytes }: Proven): Promise<void> {
  const { engine } = database.recipe
  const ready = engine.ready?.(database.settings)
  const made = ready !== undefined && (await feed(database, readyFrame(ready), [of], file.open())).has('made')
  const text = restoreFrame(engine.restore(database.settings), randomBytes(6).toString('hex'))
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        await feed(database, text, [of, String(bytes)], file.open())
        break
      } catch (error) {
        if (tries >= MOST_TRIES || !isCrossed(database, error)) throw error
      }
    }
  } catch (error) {
    const isAsBefore = isSalvageError(error) && AS_BEFORE.has(error.code)
    // Who restores again makes it again; that it stays is nothing to tell in the place of why.
    if (made && isAsBefore) await feed(database, afterFrame(ready, 'd_unready'), [of]).catch(() => {})
    throw error
  }
  const after = engine.after?.(database.settings)
  if (after === undefined) return
  const said = await feed(database, afterFrame(after, 'd_list'), [of], file.open())
  const entries = said.get('entry') ?? []
  if (entries.length > 0) await feed(database, afterFrame(after, 'd_after'), [of, entries.join('\n')], file.open())
}

/** Writers who lock tables in another order than the restore: the server ends one of both, and it may be this one. */
function isCrossed({ recipe }: Database, error: unknown): boolean {
  if (!isSalvageError(error) || error.code !== 'DUMP.RESTORE_FAILED') return false
  return recipe.engine.crossed?.test(error.why ?? '') === true
}

/** A shell that was killed said nothing any more; only who restores in one step is then as before or as after it. */
function untold({ recipe }: Database, { code }: ExecEnd): string {
  if (code <= 128) return 'RESTORE_FAILED'
  return recipe.engine.atomic === true ? 'RESTORE_ENDED' : 'UNSURE'
}

async function feed(database: Database, text: string, args: readonly string[], stdin?: Readable): Promise<Answers> {
  const { port, environment, options } = database
  try {
    const end = await runProgram(
      port,
      { text, args, environment, user: options.user, ...(stdin === undefined ? {} : { stdin }) },
      options,
    )
    const said = answersIn(end.stdout)
    if (end.code !== 0) throw failureOf(database, end, said, untold(database, end))
    return said
  } finally {
    stdin?.destroy()
  }
}
