import { join } from 'node:path'
import type { Finding, LiftOptions } from '@salvage-kit/core'
import type { Written } from './checksum.ts'
import { compressedFile } from './compressed-file.ts'
import type { Entry } from './entry.ts'
import { DATA } from './layout.ts'
import { writeManifest } from './manifest.ts'
import { TELLING } from './observed.ts'
import { LONG_HOLES } from './tar/content-hash.ts'
import { tarOutput } from './tar/tar-output.ts'
import { tarCreate } from './tar/tar-process.ts'
import { readTar } from './tar/tar-reader.ts'

/** Linux takes no longer path, with the zero at its end: tar reads deeper trees but cannot restore them. */
const LONGEST_PATH = 4095

/** What one pass over a tree gave. */
export interface CopiedTree {
  readonly findings: Finding[]
  readonly socketsSkipped: number
  readonly bytes: number
  readonly streamBytes: number
  readonly files: number
  readonly entries: number
  readonly data: Written
  readonly manifest: Written
}

/**
 * Writes data and manifest of the tree beneath `directory` into `archive`, in one pass. Both are on stable storage when
 * it resolves; no tar runs any more when it settles. Rejects with `ARCHIVE.SOURCE_UNREADABLE`, `ARCHIVE.TAR_FAILED`,
 * `ARCHIVE.TAR_UNREADABLE`, `ARCHIVE.STORE_…`.
 */
export async function copyTree(directory: string, archive: string, options: LiftOptions): Promise<CopiedTree> {
  const { signal, onProgress } = options
  await using data = await compressedFile(join(archive, DATA), 'crc32')
  await using manifest = await writeManifest(archive)
  await using tar = tarCreate(directory, signal)
  const tooLong: Finding[] = []
  let bytes = 0
  let streamBytes = 0
  let told = 0
  let files = 0
  let entries = 0
  const tell = (): void => {
    told = streamBytes
    onProgress?.({ bytes: streamBytes, files })
  }
  const output = tarOutput(tar, directory, signal, async (chunk) => {
    streamBytes += chunk.length
    if (streamBytes - told >= TELLING) tell()
    await data.write(chunk)
  })
  for await (const entry of readTar(output, LONG_HOLES)) {
    entries += 1
    bytes += entry.size ?? 0
    if (entry.type !== 'directory') files += 1
    if (entry.path.length > LONGEST_PATH && tooLong.length === 0) tooLong.push(tooLongFinding(entry))
    await manifest.add(entry)
  }
  tell()
  const said = (await tar.ended).told
  const other = said.other.map((message) => ({ code: 'ARCHIVE.TAR_SAID', message }))
  const [dataWritten, manifestWritten] = await Promise.all([data.finish(), manifest.finish()])
  return {
    findings: [...said.findings, ...other, ...tooLong],
    socketsSkipped: said.sockets,
    bytes,
    streamBytes,
    files,
    entries,
    data: dataWritten,
    manifest: manifestWritten,
  }
}

function tooLongFinding({ path }: Entry): Finding {
  return {
    code: 'ARCHIVE.PATH_TOO_LONG',
    message: `${path.slice(0, 100)}… is a path of ${String(path.length)} bytes`,
    why: 'it is in the archive, but tar cannot restore a path of more than 4095 bytes',
  }
}
