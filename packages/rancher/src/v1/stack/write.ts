import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { folderName } from '../folder-name.ts'
import type { StackExport } from './export.ts'

/**
 * Writes the files of an export into `folder/NAME`, readable by their owner only. Each is whole or as it was before, also
 * after a power cut. Rejects with `RANCHER.NAME` for a name that is no name of a folder.
 */
export async function writeStack({ name, files }: StackExport, folder: string): Promise<void> {
  if (files === undefined) return
  const own = join(folder, folderName(name))
  await mkdir(own, { recursive: true, mode: 0o700 })
  for (const [file, text] of Object.entries(files)) {
    const part = join(own, `.${file}.part`)
    await using handle = await open(part, 'w', 0o600)
    await handle.writeFile(text)
    await handle.sync()
    await rename(part, join(own, file))
  }
}
