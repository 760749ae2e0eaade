import { join } from 'node:path'
import { proved, SalvageError } from '@salvage-kit/core'
import type { DumpFile, DumpProof, LiftOptions } from '@salvage-kit/core'
import { compressedFile } from './compressed-file.ts'
import type { CompressedFile } from './compressed-file.ts'
import type { CopiedTree } from './copy-tree.ts'
import type { Entry } from './entry.ts'
import { DATA } from './layout.ts'
import { writeManifest } from './manifest.ts'
import { TELLING } from './observed.ts'
import { plainFrame, plainFrameLength } from './plain-frame.ts'
import { headerOf, paddingOf, TAR_END } from './tar/write-header.ts'

/** Whoever restores a dump decides who may read it. */
const MODE = 0o600
const DIRECTORY_MODE = 0o700
/** No dump comes so fast that a third would have work; each takes some ten megabytes. */
const LANES = 2

/**
 * Writes data and manifest of a dump of one file into `archive`, as of a directory that holds it. A tar header says how
 * long the file is, which is known at its end only: so the headers are a frame of their own, for which there is room at the
 * beginning and which is written last, when the dump is proven whole. Memory does not grow with the dump. Rejects with
 * what the dump rejects with, and with `ARCHIVE.STORE_…`.
 */
export async function copyStream(
  files: AsyncIterable<DumpFile>,
  archive: string,
  options: LiftOptions,
): Promise<CopiedTree> {
  const { signal } = options
  await using opened = new AsyncDisposableStack()
  let written: StreamWritten | undefined
  // Its end counts too: what is wrong with a dump as a whole comes after its last file.
  for await (const file of files) {
    signal.throwIfAborted()
    if (written !== undefined) throw new Error('a stream is a dump of one file')
    written = await writeContent(file, { ...options, archive, opened })
  }
  if (written === undefined) throw new Error('a dump has a file')
  await using manifest = await writeManifest(archive)
  signal.throwIfAborted()
  const { name, proof, mtime, data } = written
  for (const entry of entriesOf(name, proof, mtime)) await manifest.add(entry)
  const head = headOf(name, proof.bytes, mtime)
  const [dataWritten, manifestWritten] = await Promise.all([data.finish(plainFrame(head)), manifest.finish()])
  return {
    findings: [],
    socketsSkipped: 0,
    bytes: proof.bytes,
    streamBytes: head.length + proof.bytes + paddingOf(proof.bytes) + TAR_END.length,
    files: 1,
    entries: 2,
    data: dataWritten,
    manifest: manifestWritten,
  }
}

interface StreamWritten {
  readonly name: string
  readonly mtime: number
  readonly proof: DumpProof
  readonly data: CompressedFile
}

async function writeContent(
  file: DumpFile,
  {
    archive,
    opened,
    signal,
    onProgress,
  }: LiftOptions & { readonly archive: string; readonly opened: AsyncDisposableStack },
): Promise<StreamWritten> {
  const { name } = file
  const mtime = Math.floor(Date.now() / 1000)
  const reserved = plainFrameLength(headOf(name, 0, mtime).length)
  const data = opened.use(await compressedFile(join(archive, DATA), 'crc32', { reserved, lanes: LANES }))
  const { content, whole } = proved(file)
  let bytes = 0
  let told = 0
  for await (const piece of content) {
    signal.throwIfAborted()
    await data.write(piece)
    bytes += piece.length
    if (bytes - told < TELLING) continue
    told = bytes
    onProgress?.({ bytes, files: 0 })
  }
  const proof = await whole()
  await data.write(Buffer.concat([Buffer.alloc(paddingOf(bytes)), TAR_END]))
  onProgress?.({ bytes, files: 1 })
  return { name, mtime, proof, data }
}

/** What stands before the content. Its length does not depend on that. */
function headOf(name: string, size: number, mtime: number): Buffer {
  const { uid, gid } = owner()
  return Buffer.concat([
    headerOf('directory', { name: Buffer.from('./'), mode: DIRECTORY_MODE, uid, gid, size: 0, mtime }),
    headerOf('file', { name: Buffer.from(`./${name}`), mode: MODE, uid, gid, size, mtime }),
  ])
}

function entriesOf(name: string, { bytes, sha256 }: DumpProof, mtime: number): readonly Entry[] {
  const facts = { ...owner(), mtime: String(mtime) }
  return [
    { path: '.', type: 'directory', mode: DIRECTORY_MODE, ...facts },
    { path: Buffer.from(name).toString('latin1'), type: 'file', mode: MODE, ...facts, size: bytes, sha256 },
  ]
}

function owner(): { readonly uid: number; readonly gid: number } {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
}

/** The files of a stream. Throws `ARCHIVE.NO_DIRECTORY` where nobody can open it. */
export function filesOf(
  source: Parameters<NonNullable<LiftOptions['open']>>[0],
  { open }: LiftOptions,
): AsyncIterable<DumpFile> {
  if (open !== undefined && source.several !== true) return open(source)
  throw new SalvageError(
    'ARCHIVE.NO_DIRECTORY',
    'the archive crane reads a dump of one file that somebody opens for it',
  )
}
