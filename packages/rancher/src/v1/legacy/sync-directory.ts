import { open } from 'node:fs/promises'

/** What was renamed in a directory is so after a power cut, too. */
export async function syncDirectory(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}
