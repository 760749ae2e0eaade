import { finished, pipeline } from 'node:stream/promises'
import type { DumpFile, DumpProof } from '@salvage-kit/core'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { PartName } from '../engine.ts'
import { dumpFailure } from '../failure.ts'
import type { ExecPort, ExecProcess } from '../port.ts'
import { dumpFrame, MARK } from '../program/frame.ts'
import { startProgram } from '../program/run.ts'
import type { Recipe } from '../recipe.ts'
import { answersIn } from '../shell/answers.ts'
import { databaseOf, failureOf } from './database.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { meter } from './meter.ts'
import type { Meter } from './meter.ts'
import { survey } from './survey.ts'

/**
 * Dumps a database: its files one after the other, streamed from the programs that make them; nothing of them touches a disk.
 * A file is whole when each process ended well, as many bytes came as went, and what the format tells was seen.
 *
 * Rejects, and each `whole` does, with `DUMP.NO_TOOL`, `DUMP.UNREACHABLE`, `DUMP.REFUSED`, `DUMP.NO_DATABASE`, `DUMP.NAME`,
 * `DUMP.SETTING`, `DUMP.FAILED`, `DUMP.NOT_WHOLE`, and with codes of the platform.
 */
export async function* dump(port: ExecPort, recipe: Recipe, options: DatabaseOptions): AsyncGenerator<DumpFile, void> {
  options.signal.throwIfAborted()
  const database = databaseOf(port, recipe, options)
  const { parts } = await survey(database)
  if (parts.length === 0)
    throw dumpFailure({ what: `${recipe.engine.name} in ${options.where}`, reason: 'NO_DATABASE' })
  for (const part of parts) {
    const file = await dumpPart(database, part)
    try {
      yield file
      if (!file.content.readableEnded) file.content.destroy()
      await file.whole
    } finally {
      file.content.destroy()
      await file.whole.catch(() => {})
    }
  }
}

async function dumpPart(database: Database, part: PartName): Promise<DumpFile> {
  const { port, recipe, settings, environment, options } = database
  const call = { text: dumpFrame(recipe.engine.dump(settings)), args: [part.of], environment, user: options.user }
  const process = await startProgram(port, call, options)
  process.ended.catch(() => {})
  const passing = meter(recipe.engine, part.of)
  const flow = pipeline(process.stdout, passing.stream, { signal: options.signal, end: true })
  const whole = verdict(database, part, { process, passing, flow })
  whole.catch(() => {})
  return { name: part.file, content: passing.stream, handedOver: true, whole }
}

interface Passing {
  readonly process: ExecProcess
  readonly passing: Meter
  readonly flow: Promise<void>
}

async function verdict(database: Database, part: PartName, { process, passing, flow }: Passing): Promise<DumpProof> {
  const read = finished(passing.stream, { writable: false })
  const [came, told, ended] = await Promise.allSettled([flow, read, process.ended])
  if (ended.status === 'rejected') throw notWhole(database, part, 'nobody knows how its program ended', ended.reason)
  if (ended.value.code !== 0) throw failureOf(database, ended.value)
  for (const half of [came, told])
    if (half.status === 'rejected') throw notWhole(database, part, 'it was not read to its end', half.reason)
  const proof = passing.proof()
  const [sent] = answersIn(ended.value.stderr, MARK).get('bytes') ?? []
  if (sent === undefined) throw notWhole(database, part, 'its program did not say how much it wrote')
  if (Number(sent) !== proof.bytes) throw notWhole(database, part, `${proof.bytes} of ${sent} bytes came`)
  const fault = passing.fault()
  if (fault !== undefined) throw notWhole(database, part, fault)
  return proof
}

/** What a platform, or who aborted, says of itself stays; all else is that it is not whole. */
function notWhole({ recipe, options }: Database, { file }: PartName, why: string, cause?: unknown): Error {
  options.signal.throwIfAborted()
  if (isSalvageError(cause)) return cause
  return new SalvageError('DUMP.NOT_WHOLE', `${recipe.engine.name} in ${options.where}: ${file} is not whole`, {
    why,
    ...(cause === undefined ? {} : { cause }),
  })
}
