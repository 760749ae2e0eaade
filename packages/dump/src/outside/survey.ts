import { setTimeout } from 'node:timers/promises'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { PartName } from '../engine.ts'
import { askFrame } from '../program/frame.ts'
import { runProgram } from '../program/run.ts'
import { answersIn } from '../shell/answers.ts'
import { failureOf } from './database.ts'
import type { Database } from './database.ts'

/** What there is to dump. */
export interface Survey {
  /** As the program that dumps says it. */
  readonly version: string
  /** As the server says it; empty when it does not. */
  readonly server: string
  readonly parts: readonly PartName[]
}

const AGAIN_MS = 2000

/**
 * Looks what there is to dump; changes nothing. Asks again, as long as `patienceMs` says, where the
 * database does not answer; one that refuses the password did answer. Rejects with `DUMP.NO_TOOL`, `DUMP.UNREACHABLE`, `DUMP.REFUSED`, `DUMP.NO_DATABASE`, `DUMP.NAME`
 * (a database whose name is not UTF-8), and with codes of the platform.
 */
export async function survey(database: Database): Promise<Survey> {
  const { signal, patienceMs = 0 } = database.options
  const until = performance.now() + patienceMs
  for (;;) {
    try {
      return await once(database)
    } catch (error) {
      const mayRise = isSalvageError(error) && error.code === 'DUMP.UNREACHABLE'
      if (!mayRise || performance.now() >= until) throw error
      await setTimeout(AGAIN_MS, undefined, { signal })
    }
  }
}

async function once(database: Database): Promise<Survey> {
  const { port, recipe, settings, environment, options } = database
  const text = askFrame(recipe.engine.survey(settings))
  const end = await runProgram(port, { text, environment, user: options.user }, options)
  const answers = answersIn(end.stdout)
  if (end.code !== 0) throw failureOf(database, end, answers)
  return {
    version: answers.get('version')?.[0]?.trim() ?? '',
    server: answers.get('server')?.[0]?.trim() ?? '',
    parts: (answers.get('part') ?? []).map((hex) => {
      const of = textOf(database, hex)
      return { of, file: recipe.engine.fileOf(of) }
    }),
  }
}

function textOf({ recipe, options }: Database, hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  const text = bytes.toString()
  if (Buffer.from(text).equals(bytes) && !text.includes('\0')) return text
  throw new SalvageError(
    'DUMP.NAME',
    `${recipe.engine.name} in ${options.where}: a database has a name that no file can have`,
    {
      why: `it is not UTF-8: ${hex}`,
      hint: 'name the databases that are to be dumped',
      untouched: true,
    },
  )
}
