import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { StackExport } from './export.ts'

/**
 * Writes the files of an export into `folder/NAME`, readable by their owner only. Each is whole or as it was before, also
 * after a power cut. Rejects with `RANCHER.NAME` for a name that is no name of a folder.
 */
export async function writeStack({ name, files }: StackExport, folder: string): Promise<void> {
  if (files === undefined) return
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name))
    throw new SalvageError('RANCHER.NAME', `${JSON.stringify(name)} cannot be the name of a folder`)
  const own = join(folder, name)
  await mkdir(own, { recursive: true, mode: 0o700 })
  for (const [file, text] of Object.entries(files)) {
    const part = join(own, `.${file}.part`)
    await using handle = await open(part, 'w', 0o600)
    await handle.writeFile(text)
    await handle.sync()
    await rename(part, join(own, file))
  }
}
