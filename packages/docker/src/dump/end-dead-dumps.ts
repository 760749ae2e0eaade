import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { END_GROUP } from '@salvage-kit/dump'
import { isCertainlyDead } from '../crane/process-identity.ts'
import type { DockerEngine, RanExec } from '../engine.ts'
import { DUMP } from '../label/keys.ts'
import { ownerIn } from './owner-word.ts'

const LIMIT_MS = 30_000
/** Where `sh -c FRAMED WORD …` has its word, behind the program. */
const WORD_AT = 2

/**
 * Ends what processes that are certainly dead left running in containers whose databases are dumped: nobody reads it, and it
 * keeps a transaction open. Commands of others, and of processes that may live, are left alone. Idempotent.
 */
export async function endDeadDumps(engine: DockerEngine, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const containers = (await engine.listContainers([DUMP], options)).filter(({ status }) => status === 'running')
  const ended = await Promise.allSettled(containers.map(({ id }) => endIn(engine, id, options)))
  // A container whose programs cannot be ended keeps those of no other, nor one program another.
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

async function endIn(engine: DockerEngine, container: string, options: CallOptions): Promise<void> {
  const { execs = [] } = (await engine.inspectContainer(container, options)) ?? {}
  const ended = await Promise.allSettled(execs.map((exec) => endOne(engine, { container, exec }, options)))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

interface Ran {
  readonly container: string
  readonly exec: string
}

async function endOne(engine: DockerEngine, { container, exec }: Ran, options: CallOptions): Promise<void> {
  const known = await inspected(engine, exec, options)
  const word = known?.arguments[WORD_AT] ?? ''
  const owner = ownerIn(word)
  if (known?.isRunning !== true || owner === undefined || !(await isCertainlyDead(engine, owner, options))) return
  const command = ['sh', '-c', END_GROUP, 'salvage-end', word]
  const { user } = known
  await engine.exec(
    container,
    { command, env: [], privileged: false, ...(user === '' ? {} : { user }) },
    { ...options, limitMs: LIMIT_MS },
  )
}

/** Who may not look at commands made none either. */
async function inspected(engine: DockerEngine, exec: string, options: CallOptions): Promise<RanExec | undefined> {
  try {
    return await engine.inspectExec?.(exec, options)
  } catch (error) {
    if (isSalvageError(error) && error.code === 'DOCKER.PERMISSION') return undefined
    throw error
  }
}
