import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { nameOf, priorOf } from './token.ts'
import type { Token } from './schema.ts'

/**
 * The very container that the token was made of, as it was then: who acts on another state would put back what never
 * was. Rejects with `DOCKER.CHANGED`, as untouched.
 */
export async function stillThere(engine: DockerEngine, token: Token, options: CallOptions): Promise<Container> {
  const other = (why: string): SalvageError => changed(token, why, { untouched: true })
  const container = await engine.inspectContainer(token.id, options)
  if (container === undefined) throw other('it was removed')
  if (priorOf(container) !== token.prior) throw other(`it was ${token.prior} and is ${container.status}`)
  if (token.startedAt !== undefined && container.startedAt !== token.startedAt)
    throw other(`it was started anew at ${container.startedAt}`)
  return container
}

/** The container is not as it was when the token was made; `untouched`: and nothing was done to it. */
export function changed(token: Token, why: string, { untouched }: { readonly untouched: boolean }): SalvageError {
  return new SalvageError('DOCKER.CHANGED', `${nameOf(token)} has changed since it was looked at`, {
    why,
    hint: 'run again, and leave the containers alone meanwhile',
    untouched,
  })
}

/** Nothing is left to be put back. */
export function gone(token: Token): Finding {
  return {
    code: 'DOCKER.GONE',
    message: `${nameOf(token)} is gone and cannot be put back`,
    why: 'it was removed while it was at rest, and no other container took its place',
    hint: 'make it anew if it is missed',
  }
}
