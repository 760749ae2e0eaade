import { join } from 'node:path'
import type { Written } from './checksum.ts'
import { compressedFile } from './compressed-file.ts'
import type { Entry } from './entry.ts'
import { MANIFEST } from './layout.ts'
import { lineOf } from './manifest-line.ts'
import { unpacked } from './stored-file.ts'

const BATCH = 256

/** A manifest that is being written. */
export interface ManifestWriter extends AsyncDisposable {
  /** Resolves as soon as more can be taken. Rejects with `ARCHIVE.STORE_…`. */
  add(entry: Entry): Promise<void>
  /** Resolves when it is on stable storage. */
  finish(): Promise<Written>
}

/** Begins the manifest of an archive; takes no memory that grows with it. */
export async function writeManifest(archive: string): Promise<ManifestWriter> {
  const file = await compressedFile(join(archive, MANIFEST), 'sha256', { lanes: 1 })
  let lines: string[] = []
  const flush = async (): Promise<void> => {
    const text = lines.join('')
    lines = []
    await file.write(Buffer.from(text))
  }
  return {
    async add(entry) {
      if (lines.push(`${lineOf(entry)}\n`) >= BATCH) await flush()
    },
    async finish() {
      await flush()
      return file.finish()
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  }
}

/** The lines of a manifest, in the order in which tar wrote the paths. Rejects with `ARCHIVE.DAMAGED`. */
export async function* readManifest(archive: string, expected: Written, signal: AbortSignal): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for await (const chunk of unpacked(join(archive, MANIFEST), expected, signal)) {
    const bytes = Buffer.concat([rest, chunk])
    const end = bytes.lastIndexOf(0x0a) + 1
    rest = bytes.subarray(end)
    if (end > 0) yield* bytes.toString('utf8', 0, end - 1).split('\n')
  }
}
