import { posix } from 'node:path'
import { CRANE_FILE_BYTES, isSalvageError, readArchiveLines, readLiftResult, unusableResult } from '@salvage-kit/core'
import type { CallOptions, Clean, CraneFile, Finding, LiftResult, Reference, RestorePoint } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { RESULT_PATH } from './mounts.ts'

const READ_MS = 120_000

/** Reads what a lift says of itself; `what` names it. Rejects with `CRANE.RESULT`. */
export async function liftResult(
  engine: DockerEngine,
  container: string,
  options: CallOptions & { readonly what: string; readonly clean: Clean },
): Promise<LiftResult> {
  return readLiftResult(await read(engine, container, 'result.json', options), options)
}

/** Reads a list of archives, as `readArchiveLines` does. Rejects with `CRANE.RESULT`. */
export async function archiveList(
  engine: DockerEngine,
  container: string,
  options: CallOptions & {
    readonly what: string
    readonly store: Reference
    readonly onProblem?: ((finding: Finding) => void) | undefined
  },
): Promise<readonly RestorePoint[]> {
  return readArchiveLines(await read(engine, container, 'archives.jsonl', options), options)
}

async function read(
  engine: DockerEngine,
  container: string,
  name: CraneFile,
  { what, signal }: CallOptions & { readonly what: string },
): Promise<string> {
  const path = posix.join(RESULT_PATH, name)
  try {
    const limits = { limitMs: READ_MS, limitBytes: CRANE_FILE_BYTES[name] }
    const content = await engine.readFile(container, path, { signal, ...limits })
    if (content !== undefined) return new TextDecoder().decode(content)
  } catch (error) {
    if (!(isSalvageError(error) && error.code === 'DOCKER.FILE')) throw error
    throw unusableResult(what, name, error.why ?? error.message)
  }
  throw unusableResult(what, name, 'it is not there')
}
