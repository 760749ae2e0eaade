import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { SalvageError } from '@salvage-kit/core'
import type { DumpFile, DumpProof } from '@salvage-kit/core'
import { tarItems } from './tar-reader.ts'
import type { TarItem } from './tar-reader.ts'

/**
 * The files of a directory from the tar that the engine makes of it, one after the other. Throws `DUMP.JOB_OUTPUT` for what is
 * no plain file, such as a folder below, and when the tar breaks off.
 */
export async function* jobFiles(tar: AsyncIterable<Uint8Array>): AsyncGenerator<DumpFile> {
  let files = 0
  for await (const item of tarItems(tar)) {
    const path = item.path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
    if (path === '' || path === '.') continue
    if (item.kind !== 'file' || path.includes('/')) throw noFile(path)
    files += 1
    const file = fileOf(path, item)
    yield file
    file.content.destroy()
  }
  if (files === 0)
    throw new SalvageError('DUMP.JOB_OUTPUT', 'the commands of a dump made no file', {
      why: 'the target directory is empty, although each of them ended with 0',
      hint: 'check that the template writes below its target_dir',
    })
}

function fileOf(name: string, item: TarItem): DumpFile {
  const { promise, resolve, reject } = Promise.withResolvers<DumpProof>()
  // Nobody has to listen to it.
  promise.catch(() => {})
  const content = Readable.from(proven(item, resolve), { objectMode: false })
  content.on('error', reject)
  content.on('close', () => reject(unread(name)))
  return { name, content, whole: promise }
}

async function* proven(item: TarItem, whole: (proof: DumpProof) => void): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const piece of item.content()) {
    hash.update(piece)
    yield piece
  }
  whole({ bytes: item.bytes, sha256: hash.digest('hex') })
}

function unread(name: string): SalvageError {
  return new SalvageError('DUMP.NOT_WHOLE', `the file ${name} of a dump was not read to its end`)
}

function noFile(path: string): SalvageError {
  return new SalvageError(
    'DUMP.JOB_OUTPUT',
    `the commands of a dump made ${path}, which is no plain file beside the others`,
    {
      hint: 'let the template write files below its target_dir and no folder: an archive in the place of a folder',
    },
  )
}
