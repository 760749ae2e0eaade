import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Listed } from '../../client/collect.ts'
import type { Cattle } from '../client/cattle.ts'
import { Project } from '../client/schema.ts'

/** An environment of Rancher to be looked at. */
export interface Environment {
  /** Absent: the one of the key, which the server finds by itself. */
  readonly id?: string
  /** Stands in references; absent where address or key name one environment, as most do. */
  readonly prefix?: string
}

/**
 * Which environments there are: that of the address; else that of the key; else, with the key of an account, all that it
 * sees and `wanted` names, by id or name. Rejects with `RANCHER.ENVIRONMENT` when one of them is not there, and with the
 * codes of a call.
 */
export async function environments(
  api: Cattle,
  wanted: readonly string[],
  { signal }: CallOptions,
): Promise<readonly Environment[]> {
  const { project } = api.address
  if (project !== undefined) return [{ id: project }]
  const seen = await visible(api, { signal })
  // A key that may not ask is of one environment, and its lists are of that one.
  if (seen === undefined && wanted.length === 0) return [{}]
  const { items, accountKind } = seen ?? { items: [] }
  const active = items.filter(({ state }) => state === 'active' || state === '')
  const missing = wanted.find((name) => !active.some((one) => one.id === name || one.name === name))
  if (missing !== undefined)
    throw new SalvageError('RANCHER.ENVIRONMENT', `there is no active environment ${JSON.stringify(missing)}`, {
      hint: `there are: ${active.map(({ id, name }) => `${name} (${id})`).join(', ') || 'none that this key sees'}`,
    })
  // The lists of such a key are those of its environment, with no prefix.
  if (accountKind === 'project') return [active.length === 1 && active[0] !== undefined ? { id: active[0].id } : {}]
  const chosen = active.filter(({ id, name }) => wanted.length === 0 || wanted.includes(id) || wanted.includes(name))
  if (chosen.length === 0)
    throw new SalvageError('RANCHER.ENVIRONMENT', 'this key sees no environment', {
      hint: 'make a key of an environment, or of an account that is a member of one',
    })
  // One that was asked for by name needs no prefix, however many others there will be.
  return chosen.map(({ id, name }) => ({ id, ...(wanted.length === 1 ? {} : { prefix: name === '' ? id : name }) }))
}

async function visible(
  api: Cattle,
  options: CallOptions,
): Promise<Pick<Listed<Project>, 'accountKind' | 'items'> | undefined> {
  try {
    return await api.list('projects', Project, options)
  } catch (error) {
    if (isSalvageError(error) && error.code === 'RANCHER.FORBIDDEN') return undefined
    throw error
  }
}
