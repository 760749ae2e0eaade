import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, Permission } from './cluster.ts'
import { roleFor } from './role.ts'
import type { RoleSubject } from './role.ts'

/** By namespace. */
export type RightsByNamespace = ReadonlyMap<string, readonly Permission[]>

/** Who is asked, and for whom. */
export type RightsCluster = Pick<Cluster, 'missing' | 'whoami'>

/** What is missing of this, in the namespaces where something is. */
export async function missingRights(
  cluster: RightsCluster,
  wanted: RightsByNamespace,
  options: CallOptions,
): Promise<RightsByNamespace> {
  const found = await Promise.all(
    [...wanted].map(async ([namespace, all]) => {
      const distinct = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
      return [namespace, await cluster.missing(namespace, distinct, options)] as const
    }),
  )
  return new Map(found.filter(([, missing]) => missing.length > 0))
}

/**
 * What to say of rights that are missing: which, and all of it to apply, one Role for each namespace, bound to this user where the
 * cluster says who that is.
 */
export async function rightsText(
  cluster: RightsCluster,
  missing: RightsByNamespace,
  options: CallOptions,
): Promise<{ readonly why: string; readonly hint: string }> {
  const subject = await subjectOf(cluster, options)
  const lists = [...missing].map(([namespace, all]) => {
    const words = all.map(({ verb, resource }) => `${verb} ${resource}`).join(', ')
    return missing.size === 1 ? words : `in ${namespace} ${words}`
  })
  const roles = [...missing].map(([namespace, all]) =>
    roleFor(all, { namespace, ...(subject === undefined ? {} : { subject }) }),
  )
  const todo =
    subject === undefined ? 'let an administrator apply, and bind to this user' : 'let an administrator apply'
  return { why: `missing: ${lists.join('; ')}`, hint: `${todo}:\n${roles.join('---\n').trimEnd()}` }
}

/** An error with these words. Nothing was touched. */
export async function lackingRights(
  cluster: RightsCluster,
  missing: RightsByNamespace,
  { code, message }: { readonly code: string; readonly message: string },
  options: CallOptions,
): Promise<SalvageError> {
  return new SalvageError(code, message, { ...(await rightsText(cluster, missing, options)), untouched: true })
}

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

/** Undefined where the cluster does not tell: the words are about something else. */
async function subjectOf(cluster: RightsCluster, options: CallOptions): Promise<RoleSubject | undefined> {
  try {
    const user = await cluster.whoami?.(options)
    if (user === undefined || user === '' || user === 'system:anonymous') return undefined
    const [, namespace, name] = ACCOUNT.exec(user) ?? []
    return namespace === undefined || name === undefined
      ? { kind: 'User', name: user }
      : { kind: 'ServiceAccount', name, namespace }
  } catch (error) {
    options.signal.throwIfAborted()
    if (!isSalvageError(error)) throw error
    return undefined
  }
}
