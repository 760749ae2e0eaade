import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { CallOptions } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { VOLUME_PATH } from './mounts.ts'

const READ_MS = 30_000

/** A directory of this process with a file in it by which it is known; disposing takes the file away. */
export interface MarkedDirectory extends AsyncDisposable {
  /**
   * Resolves when this very directory stands at `/salvage/volume` of the container: the same path may mean another one on
   * the engine's machine. Rejects with `DOCKER.NO_HOST_PATH`.
   */
  mustBeSeenBy(engine: DockerEngine, container: string, options: CallOptions): Promise<void>
}

/** Marks a directory. */
export async function markDirectory(path: string): Promise<MarkedDirectory> {
  const name = `.salvage-mark-${randomUUID()}`
  await writeFile(join(path, name), name, { flag: 'wx' })
  return {
    async mustBeSeenBy(engine, container, { signal }) {
      const limits = { limitMs: READ_MS, limitBytes: 1024 }
      const seen = await engine.readFile(container, posix.join(VOLUME_PATH, name), { signal, ...limits })
      if (seen !== undefined && Buffer.from(seen).toString() === name) return
      throw new SalvageError('DOCKER.NO_HOST_PATH', `the engine does not see the directory ${path}`, {
        why: 'at this path of its machine stands another directory, or none',
        hint: 'run on the machine of the engine; in a container, mount the directory at the same path',
      })
    },
    [Symbol.asyncDispose]: () => rm(join(path, name), { force: true }),
  }
}
