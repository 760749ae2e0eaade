import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { CallOptions } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import { insideProgram, READ } from '@salvage-kit/dump'
import type { Cluster } from '../client/cluster.ts'
import { streamScript } from '../exec/run/stream-script.ts'
import { callId } from './ask.ts'
import { failureInPod } from './failure.ts'
import type { DumpPlace } from './recipe.ts'
import type { StoredDump } from './schema.ts'
import { storedDump } from './stored.ts'

const RETRIES = 3

/** What a download takes. */
export interface DownloadOptions extends CallOptions {
  /** How often a connection that breaks is tried again. Default: 3. */
  readonly retries?: number
}

/**
 * Copies the dump that lies in the container into a file, which appears whole and on disk or not at all; one that was there is
 * replaced. Both ends have made the same sum of it. A connection that breaks is tried again. Rejects with `DUMP.NO_DUMP`,
 * `DUMP.OTHER_DUMP` (another dump took its place meanwhile), and as `streamScript`.
 */
export async function downloadDump(
  cluster: Pick<Cluster, 'exec'>,
  place: DumpPlace,
  to: string,
  options: DownloadOptions,
): Promise<StoredDump> {
  const part = `${to}.${callId()}.part`
  try {
    for (let left = options.retries ?? RETRIES; ; left -= 1) {
      try {
        return await copy(cluster, place, { part, to }, options)
      } catch (error) {
        if (left <= 0 || !isSalvageError(error) || !error.retryable || options.signal.aborted) throw error
      }
    }
  } finally {
    await rm(part, { force: true })
  }
}

async function copy(
  cluster: Pick<Cluster, 'exec'>,
  place: DumpPlace,
  { part, to }: { readonly part: string; readonly to: string },
  options: CallOptions,
): Promise<StoredDump> {
  const stored = await storedDump(cluster, place, options)
  const script = insideProgram({ recipe: place.recipe, id: callId(), step: READ })
  await using streamed = await streamScript(cluster, place.where, { script }, options)
  await pipeline(streamed.stdout, createWriteStream(part, { mode: 0o600, flush: true }), { signal: options.signal })
  const { sum } = await streamed.ended
  if (sum !== stored.sum) throw failureInPod(place, { reason: 'OTHER_DUMP' })
  await rename(part, to)
  await using directory = await open(dirname(to))
  await directory.sync()
  return stored
}

/** The name that backup-ns gave a file of this dump, less its wrong ending for PostgreSQL. */
export function downloadName({ where, recipe }: DumpPlace, { modified }: Pick<StoredDump, 'modified'>): string {
  const time = `${modified.toISOString().slice(0, 19).replaceAll(':', '-')}Z`
  return `${where.namespace}_${time}_${recipe.database === 'postgres' ? 'postgres' : 'mysql'}_dump.sql.gz`
}
