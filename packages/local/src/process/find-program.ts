import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Where a program is that would be started by this name; undefined when there is none that can be executed. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  const candidates = name.includes('/') ? [name] : path.split(delimiter).map((folder) => join(folder || '.', name))
  for (const candidate of candidates) if (await isProgram(candidate)) return candidate
  return undefined
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
