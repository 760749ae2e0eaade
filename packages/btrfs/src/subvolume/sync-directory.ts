import { open } from 'node:fs/promises'

/**
 * Resolves when what was made, renamed and removed in a directory is on its disk. Of subvolumes BTRFS writes the whole
 * transaction for that, and what was cut; content that is still written elsewhere is not waited for. Starts no process.
 */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
