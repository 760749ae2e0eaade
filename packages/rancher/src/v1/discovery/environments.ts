import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Listed } from '../../client/collect.ts'
import type { Cattle } from '../client/cattle.ts'
import { Project } from '../client/schema.ts'

/** An environment of Rancher to be looked at. */
export interface Environment {
  /** Absent: the one of the key, which the server finds by itself. */
  readonly id?: string
  /** Its name, or its id where others have that name. Stands in references; absent where address or key are of one environment. */
  readonly prefix?: string
  /** Of the layout of rancher-backup, which knew one environment: absent where the key sees one, however many are chosen. */
  readonly folder?: string
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
  // By what the key sees, not by what is chosen or awake: the same thing has the same reference and folder in each run.
  return chosen.map((one) => {
    const prefix = unmistakable(one, items)
    return { id: one.id, prefix, ...(items.length === 1 ? {} : { folder: prefix }) }
  })
}

/** Rancher lets several environments have one name: then it is the id that tells them apart. */
function unmistakable({ id, name }: Project, all: readonly Project[]): string {
  const isTaken = all.some((other) => other.id !== id && (other.name === name || other.id === name))
  return name === '' || isTaken ? id : name
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
