import type { Readable } from 'node:stream'
import { Readable as ReadableStream } from 'node:stream'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { ExecPort } from '../port.ts'
import { proofFrame } from '../program/frame.ts'
import { runProgram } from '../program/run.ts'
import type { Recipe } from '../recipe.ts'
import { answersIn } from '../shell/answers.ts'
import { databaseOf, failureOf } from './database.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { meter } from './meter.ts'

/** A file of a dump that lies somewhere. */
export interface StoredPart {
  /** As the dump named it. */
  readonly name: string
  /** Opens it anew, from its begin, each time. */
  open(): Readable
}

/** A file that is whole. */
export interface Proven {
  readonly file: StoredPart
  readonly of: string
  readonly bytes: number
}

const HEAD = 4096

/**
 * Reads a file of a dump, and resolves when it is whole as far as it tells by itself. The programs of the database's own
 * container read it where its format needs them; nothing is touched. Rejects with `DUMP.NOT_WHOLE`, `DUMP.NO_DUMP` (it is none
 * of such a dump), `DUMP.NO_TOOL`, and with codes of the platform.
 */
export async function proveDump(
  port: ExecPort,
  recipe: Recipe,
  file: StoredPart,
  options: DatabaseOptions,
): Promise<void> {
  options.signal.throwIfAborted()
  await prove(databaseOf(port, recipe, options), file)
}

/** Rejects with `DUMP.NO_DUMP` when these files are not those of a dump of such a database. */
export function mustBeParts({ recipe: { engine } }: Pick<Database, 'recipe'>, files: readonly StoredPart[]): void {
  const other = files.find(({ name }) => engine.partOf(name) === undefined)
  if (other === undefined && files.length > 0) return
  const what = other === undefined ? 'a dump without a file is none' : `"${other.name}" is no file of a dump`
  throw new SalvageError('DUMP.NO_DUMP', `${what} of ${engine.name}`, {
    hint: 'it is of another kind of database: restore it --to dir:DIR, or --to a container of that kind',
    untouched: true,
  })
}

/**
 * As {@link proveDump}. `mayTake` gets the first bytes, up to 4096, before the tools get them: what it throws is why the file is not
 * proven, since tools that are older than a dump may call it damaged.
 */
export async function prove(
  database: Database,
  file: StoredPart,
  mayTake: (head: Buffer) => void = () => {},
): Promise<Proven> {
  const { recipe, options } = database
  mustBeParts(database, [file])
  const of = recipe.engine.partOf(file.name) ?? ''
  const passing = meter(recipe.engine, of)
  const stored = file.open()
  let refusal: unknown
  const look = async function* (): AsyncGenerator<Buffer> {
    try {
      for await (const piece of headFirst(stored.pipe(passing.stream), mayTake)) yield piece
    } catch (error) {
      refusal = error
      throw error
    }
  }
  stored.on('error', (error) => passing.stream.destroy(error))
  const program = recipe.engine.prove?.(database.settings)
  try {
    if (program === undefined) for await (const _ of look()) options.signal.throwIfAborted()
    else await witness(database, { program, of, stdin: ReadableStream.from(look(), { objectMode: false }) })
  } catch (error) {
    options.signal.throwIfAborted()
    throw isSalvageError(refusal) ? refusal : error
  } finally {
    stored.destroy()
    passing.stream.destroy()
  }
  const fault = passing.fault()
  if (fault !== undefined)
    throw new SalvageError('DUMP.NOT_WHOLE', `${file.name} is not whole: ${fault}`, { untouched: true })
  const { bytes } = passing.proof()
  return { file, of, bytes }
}

/** Holds what comes until its head is known. */
async function* headFirst(stream: AsyncIterable<unknown>, mayTake: (head: Buffer) => void): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) throw new Error('a stored dump gives text in place of bytes')
    if (head === undefined) {
      yield Buffer.from(chunk)
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < HEAD) continue
    mayTake(head.subarray(0, HEAD))
    yield head
    head = undefined
  }
  if (head === undefined) return
  mayTake(head)
  yield head
}

async function witness(
  database: Database,
  { program, of, stdin }: { readonly program: string; readonly of: string; readonly stdin: Readable },
): Promise<void> {
  const { port, environment, options } = database
  const call = { text: proofFrame(program), args: [of], environment, user: options.user, stdin }
  const end = await runProgram(port, call, options)
  if (end.code !== 0) throw failureOf(database, end, answersIn(end.stdout))
}
