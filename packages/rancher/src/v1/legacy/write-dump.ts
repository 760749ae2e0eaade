import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { stageDump } from '@salvage-kit/core'
import type { CallOptions, DumpFile, DumpProof, TargetRef } from '@salvage-kit/core'
import { completePart, dropPart, partFiles, placePart } from './part.ts'
import type { Destinations, PartFile } from './part.ts'
import { makePlace } from './place.ts'
import type { DumpedFile } from './manifest.ts'

/** One dump to be written. */
export interface DumpToWrite {
  readonly target: TargetRef
  /** The names of the folders below the directory. */
  readonly place: readonly string[]
  readonly files: AsyncIterable<DumpFile>
  /** Where each of them goes below the place; known when it came. */
  readonly destinations: Destinations
  /** ISO 8601. */
  readonly at: string
  /** The id of its environment. */
  readonly environment?: string
}

/** What writing takes. */
export interface WriteOptions extends CallOptions {
  /** Called with all files when they are proven and on stable storage, before the first takes its place. */
  readonly proven: (files: readonly DumpedFile[]) => Promise<void>
}

/**
 * Writes a dump into its folder: the files of before stay until all of the new ones are proven and on stable storage, and
 * then each is exchanged at once. When it rejects the former files stand, unless one could not be exchanged.
 */
export async function writeDump(directory: string, dump: DumpToWrite, { signal, proven }: WriteOptions): Promise<void> {
  const { target, place, at, destinations, environment } = dump
  const folder = await makePlace(directory, place)
  const proofs = new Map<string, Promise<DumpProof>>()
  const seen = async function* (): AsyncGenerator<DumpFile> {
    for await (const file of dump.files) {
      proofs.set(file.name, file.whole)
      yield file
    }
  }
  try {
    await dropPart(folder)
    await stageDump(partFiles(folder), seen(), { signal })
    signal.throwIfAborted()
    const marked: PartFile[] = []
    const files: DumpedFile[] = []
    for (const [name, whole] of proofs) {
      const { bytes, sha256 } = await whole
      const to = destinations.get(name) ?? [name]
      const [instance] = to.slice(0, -1)
      const known = {
        ...(environment === undefined ? {} : { environment }),
        ...(instance === undefined ? {} : { instance }),
      }
      const file = { target, bytes, sha256, at, ...known }
      marked.push({ name, to, ...file })
      files.push({ path: [...place, ...to].join('/'), ...file })
    }
    await completePart(folder, marked)
    await proven(files)
  } catch (error) {
    await dropPart(folder)
    throw error
  }
  await placePart(folder)
}

/** Whether a file is the one that a manifest names, and nobody's since. */
export async function isSame(path: string, { bytes, sha256 }: DumpedFile): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined || !found.isFile() || found.size !== bytes) return false
  const digest = createHash('sha256')
  await pipeline(createReadStream(path), digest)
  return digest.digest('hex') === sha256
}

/** Whether a folder holds nothing. */
export async function isEmpty(directory: string, place: readonly string[]): Promise<boolean> {
  return (await readdir(join(directory, ...place))).length === 0
}
