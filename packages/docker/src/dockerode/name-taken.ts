import { isSalvageError } from '@salvage-kit/core'
import { CreatedAnswer } from './answers.ts'
import { parsed } from './parsed.ts'
import type { Requester } from './request.ts'
import { segment } from './request.ts'

const LIMIT_MS = 30_000

/**
 * See `DockerEngine.isNameTaken`. No question of the API tells of a container that is just being made; but the engine
 * takes its name before it begins, and refuses another container of that name. So one is asked for that the engine
 * refuses in any case, after that and before it makes anything.
 */
export async function isNameTaken(requests: Requester, name: string, signal: AbortSignal): Promise<boolean> {
  const what = `ask whether a container ${name} is being made`
  const body = { Cmd: ['-'], HostConfig: { SecurityOpt: ['salvage-kit asks for the name only'] } }
  try {
    const answer = await requests.call(
      { what, method: 'POST', path: '/containers/create', query: { name }, body },
      LIMIT_MS,
      signal,
    )
    const { Id } = parsed(CreatedAnswer, answer, what)
    await requests.call(
      { what, method: 'DELETE', path: `/containers/${segment(Id)}`, query: { force: '1' }, accept: [404] },
      LIMIT_MS,
      signal,
    )
    return false
  } catch (error) {
    if (!isSalvageError(error)) throw error
    if (error.code === 'DOCKER.CONFLICT') return true
    if (['DOCKER.REFUSED', 'DOCKER.ENGINE', 'DOCKER.NOT_FOUND', 'DOCKER.PERMISSION'].includes(error.code)) return false
    throw error
  }
}
