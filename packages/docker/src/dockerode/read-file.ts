import { deadline, isSalvageError } from '@salvage-kit/core'
import { pieces } from './body.ts'
import type { ReadFileOptions } from '../engine.ts'
import { late, segment } from './request.ts'
import type { Requester } from './request.ts'
import { tarFile } from './tar-file.ts'

/** See `DockerEngine.readFile`. */
export async function readContainerFile(
  requests: Requester,
  address: string,
  container: string,
  path: string,
  { limitMs, limitBytes, signal }: ReadFileOptions,
): Promise<Uint8Array | undefined> {
  const what = `read ${path} of container ${container}`
  using limit = deadline(limitMs, signal, late(what, limitMs))
  const request = { what, method: 'GET', path: `/containers/${segment(container)}/archive`, query: { path } } as const
  try {
    const body = await requests.open(request, limit.signal)
    const file = tarFile(what, limitBytes)
    for await (const piece of pieces(body, what, address, limit.signal)) file.add(piece)
    return file.end()
  } catch (error) {
    if (isSalvageError(error) && error.code === 'DOCKER.NOT_FOUND') return undefined
    throw error
  }
}
