import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Engine } from '../engine.ts'
import { ENGINES } from '../engines.ts'
import { meter } from './meter.ts'
import type { StoredPart } from './prove.ts'

/**
 * Reads the files of a dump without their database, and resolves when nothing in them says that they are not whole; with what was
 * looked at, for people. Which database it is of the names of the files tell. Rejects with `DUMP.NO_DUMP`, `DUMP.NOT_WHOLE`.
 */
export async function judgeDump(files: readonly StoredPart[], { signal }: CallOptions): Promise<string> {
  signal.throwIfAborted()
  const engine = ENGINES.find((one) => files.length > 0 && files.every(({ name }) => one.partOf(name) !== undefined))
  if (engine === undefined)
    throw new SalvageError('DUMP.NO_DUMP', `${files.map(({ name }) => name).join(', ')}: no dump has such files`, {
      untouched: true,
    })
  for (const file of files) {
    const fault = await faultOf(engine, file, signal)
    if (fault !== undefined)
      throw new SalvageError('DUMP.NOT_WHOLE', `${file.name} is not whole: ${fault}`, { untouched: true })
  }
  return tellsItself(engine)
    ? `what its format (${engine.name}) says of itself`
    : `its bytes alone, which are those that were dumped: ${engine.name} runs nowhere here that could read them`
}

async function faultOf(engine: Engine, file: StoredPart, signal: AbortSignal): Promise<string | undefined> {
  const passing = meter(engine, engine.partOf(file.name) ?? '')
  const stored = file.open()
  stored.on('error', (error) => passing.stream.destroy(error))
  try {
    for await (const _ of stored.pipe(passing.stream)) signal.throwIfAborted()
  } finally {
    stored.destroy()
    passing.stream.destroy()
  }
  return passing.fault()
}

/** An engine whose tools prove what its format does not tell. */
function tellsItself(engine: Engine): boolean {
  return engine.watch !== undefined || engine.prove === undefined
}
