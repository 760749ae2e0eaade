import { realpath, stat } from 'node:fs/promises'
import type { Container } from '../container.ts'
import type { Volume } from '../engine.ts'
import { boundDirectory } from './shared-content.ts'

/**
 * The real paths of the directories and files of this machine that a container can write to: what it binds, and the
 * content of its volumes. Only where this process runs on the engine's machine; what it cannot see is left out.
 */
export async function writtenPaths(
  { mounts }: Pick<Container, 'mounts'>,
  volumes: readonly Volume[],
): Promise<readonly string[]> {
  const paths = mounts.flatMap(({ type, name, source, writable }) => {
    if (!writable || (type !== 'bind' && type !== 'volume')) return []
    const volume = type === 'volume' ? volumes.find((one) => one.name === name) : undefined
    const path = (volume === undefined ? undefined : boundDirectory(volume)) ?? source
    return path.startsWith('/') ? [path] : []
  })
  const real = await Promise.all(paths.map(async (path) => realFile(path)))
  return [...new Set(real.flat())].toSorted()
}

/** A socket, as that of the engine, is no place to write to. */
async function realFile(path: string): Promise<readonly string[]> {
  try {
    const real = await realpath(path)
    const found = await stat(real)
    return found.isDirectory() || found.isFile() ? [real] : []
  } catch {
    return []
  }
}
