import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Call } from './call.ts'
import type { Permission } from './cluster.ts'
import { send } from './exchange.ts'
import type { Line } from './line.ts'
import { readAnswer } from './read.ts'
import { AccessReview, RulesReview, SelfReview } from './review-schema.ts'
import type { ResourceRule } from './review-schema.ts'

/**
 * Which of these are not permitted. One review of all rules; where the server says that it does not know them all, and for
 * what is in no namespace (`namespace` empty), it is asked about each that is left.
 */
export async function missing(
  line: Line,
  namespace: string,
  wanted: readonly Permission[],
  options: CallOptions,
): Promise<readonly Permission[]> {
  if (wanted.length === 0) return []
  const { rules, whole } = namespace === '' ? { rules: [], whole: false } : await rulesIn(line, namespace, options)
  const open = wanted.filter((permission) => !rules.some((rule) => permits(rule, permission)))
  if (whole) return open
  const answers = await Promise.all(open.map((permission) => allowed(line, namespace, permission, options)))
  return open.filter((_, at) => answers[at] !== true)
}

async function rulesIn(
  line: Line,
  namespace: string,
  options: CallOptions,
): Promise<{ readonly rules: readonly ResourceRule[]; readonly whole: boolean }> {
  const call = review('selfsubjectrulesreviews', 'SelfSubjectRulesReview', { namespace })
  const { status } = readAnswer(RulesReview, await send(line, call, options), call)
  return { rules: status.resourceRules ?? [], whole: status.incomplete !== true }
}

async function allowed(
  line: Line,
  namespace: string,
  { verb, group, resource, name }: Permission,
  options: CallOptions,
): Promise<boolean> {
  const [plural, subresource] = resource.split('/')
  const call = review('selfsubjectaccessreviews', 'SelfSubjectAccessReview', {
    resourceAttributes: { namespace, verb, group, resource: plural, subresource, name },
  })
  return readAnswer(AccessReview, await send(line, call, options), call).status.allowed
}

/** The name of this user; undefined where the API does not serve the question. */
export async function whoami(line: Line, options: CallOptions): Promise<string | undefined> {
  const kind = 'SelfSubjectReview'
  const call: Call = {
    verb: 'create',
    subject: kind,
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind },
    repeatable: true,
  }
  try {
    return readAnswer(SelfReview, await send(line, call, options), call).status.userInfo.username
  } catch (error) {
    if (isSalvageError(error) && UNTOLD.has(error.code)) return undefined
    throw error
  }
}

const UNTOLD: ReadonlySet<string> = new Set(['K8S.FORBIDDEN', 'K8S.NO_KIND', 'K8S.ANSWER'])

function review(plural: string, kind: string, spec: object): Call {
  return {
    verb: 'create',
    subject: kind,
    method: 'POST',
    path: `/apis/authorization.k8s.io/v1/${plural}`,
    body: { apiVersion: 'authorization.k8s.io/v1', kind, spec },
    repeatable: true,
  }
}

/** Whether a rule permits it, as RBAC matches: a rule that names objects permits only these. */
export function permits(rule: ResourceRule, { verb, group, resource, name }: Permission): boolean {
  const names = rule.resourceNames ?? []
  const [, subresource] = resource.split('/')
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    (has(rule.resources, resource) ||
      (subresource !== undefined && (rule.resources ?? []).includes(`*/${subresource}`))) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  )
}

function has(list: readonly string[] | null | undefined, one: string): boolean {
  return list?.some((said) => said === '*' || said === one) ?? false
}
