import { posix } from 'node:path'
import type { CallOptions, Clean } from '@salvage-kit/core'
import { isSalvageError, lastWords, SalvageError } from '@salvage-kit/core'
import { sentBy } from '../crane/run-vessel.ts'
import { tarOf } from '../crane/tar.ts'
import { lastLines } from '../crane/vessel-output.ts'
import { watchVessel } from '../crane/vessel-watch.ts'
import type { DockerEngine } from '../engine.ts'
import { commandSpec } from './command-spec.ts'
import type { CommandPlace } from './command-spec.ts'
import type { JobCommand } from './job.ts'

const UPLOAD_MS = 60_000

/**
 * Runs one command in a container of its own and resolves with its id when it ended with 0; the container stands then.
 * Rejects with `DUMP.JOB_START`, `DUMP.JOB_FAILED`, `DOCKER.UNREACHABLE`, and the reason of the signal, in which case it may still run.
 */
export async function runCommand(
  engine: DockerEngine,
  command: JobCommand,
  place: CommandPlace,
  { signal, clean }: CallOptions & { readonly clean: Clean },
): Promise<string> {
  const what = `command ${String(place.number)} of ${String(place.job.commands.length)} in ${place.job.image}`
  // Once asked for, a container is waited for: one that nobody waits for may come after the clearing up.
  const steady = { signal: new AbortController().signal }
  const id = await engine.createContainer(commandSpec(command, place), steady).catch((error: unknown) => {
    throw startFault(error, what, clean)
  })
  signal.throwIfAborted()
  if (place.number === 1) await openToAll(engine, id, place.targetDirectory, { signal })
  await using watch = await watchVessel(engine, id, { signal })
  await engine.startContainer(id, steady).catch((error: unknown) => {
    throw startFault(error, what, clean)
  })
  const { signals, outOfMemory } = await watch.ended()
  const state = await engine.inspectContainer(id, { signal })
  const endedBy = state === undefined ? 'somebody removed its container' : sentBy(signals)
  if (state?.exitCode === 0 && endedBy === undefined) return id
  const first = endedBy ?? (outOfMemory || state?.oomKilled === true ? 'it ran out of memory' : undefined)
  const ended = state === undefined ? '' : `, with status ${String(state.exitCode)}`
  throw new SalvageError('DUMP.JOB_FAILED', `${what} failed${ended}`, {
    why: lastWords(state === undefined ? [] : await lastLines(engine, id, clean), first),
    hint: 'see what the command of the template says; nothing of this dump is kept',
  })
}

/** Whoever the image's user is, he may write there; nobody else sees it. */
async function openToAll(engine: DockerEngine, id: string, directory: string, { signal }: CallOptions): Promise<void> {
  // The engine passes over an entry for the very directory that it unpacks in.
  const { dir, base } = posix.parse(directory)
  const tar = tarOf([{ path: `${base}/`, mode: 0o777 }], new Date())
  await engine.putArchive(id, dir, tar, { signal, limitMs: UPLOAD_MS })
}

function startFault(error: unknown, what: string, clean: Clean): unknown {
  if (!isSalvageError(error) || error.retryable || error.code === 'DOCKER.PERMISSION') return error
  // The engine repeats the command in its text, and the secrets that a template puts there.
  return new SalvageError('DUMP.JOB_START', `${what} could not be started`, {
    why: clean(error.why ?? error.message),
    hint: 'check the program that the template names, and that the image has it; for ">" it takes /bin/sh',
  })
}
