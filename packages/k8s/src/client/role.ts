import { createHash } from 'node:crypto'
import type { Permission } from './cluster.ts'

/** For whom a Role is. */
export interface RoleSubject {
  readonly kind: 'Group' | 'ServiceAccount' | 'User'
  readonly name: string
  /** Of a service account. Default: that of the Role. */
  readonly namespace?: string
}

/** What a Role is called and where it is. */
export interface RoleOptions {
  /** Absent: a ClusterRole, for what is in no namespace. */
  readonly namespace?: string
  /** Default: `salvage-kit-` and a hash of the rules, of a binding and its subject too: none replaces another one when both are applied. */
  readonly name?: string
  /** With it comes the binding, and nothing more is to be done. */
  readonly subject?: RoleSubject
}

/** A Role that permits exactly this, as YAML for `kubectl apply -f -`. Empty when nothing is missing. */
export function roleFor(missing: readonly Permission[], options: RoleOptions = {}): string {
  if (missing.length === 0) return ''
  const rules = rulesOf(missing)
  const { namespace, name = `salvage-kit-${hashOf(rules)}`, subject } = options
  const cluster = namespace === undefined ? 'Cluster' : ''
  const metadata = (own: string): readonly string[] => [
    'metadata:',
    `  name: ${quoted(own)}`,
    ...inNamespace(namespace),
  ]
  const role = [...heading(`${cluster}Role`), ...metadata(name), 'rules:', ...rules]
  if (subject === undefined) return text(role)
  const bound = subject.namespace ?? namespace
  const binding = options.name ?? `${name}-${hashOf([subject.kind, bound ?? '', subject.name])}`
  return text([
    ...role,
    '---',
    ...heading(`${cluster}RoleBinding`),
    ...metadata(binding),
    'roleRef:',
    '  apiGroup: rbac.authorization.k8s.io',
    `  kind: ${cluster}Role`,
    `  name: ${quoted(name)}`,
    'subjects:',
    `  - kind: ${subject.kind}`,
    `    name: ${quoted(subject.name)}`,
    ...(subject.kind === 'ServiceAccount'
      ? inNamespace(bound).map((one) => `  ${one}`)
      : ['    apiGroup: rbac.authorization.k8s.io']),
  ])
}

function hashOf(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 8)
}

function heading(kind: string): readonly string[] {
  return ['apiVersion: rbac.authorization.k8s.io/v1', `kind: ${kind}`]
}

function inNamespace(namespace: string | undefined): readonly string[] {
  return namespace === undefined ? [] : [`  namespace: ${quoted(namespace)}`]
}

/** One rule for the resources of a group that take the same verbs on the same names; the order is that of the alphabet. */
function rulesOf(missing: readonly Permission[]): readonly string[] {
  const rules = Map.groupBy(missing, (one) => flow([one.group, one.name ?? '', ...verbsOf(missing, one)]))
  return [...rules.entries()]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, [first, ...others]]) => {
      if (first === undefined) return []
      const { group, name } = first
      return [
        `  - apiGroups: ${flow([group])}`,
        `    resources: ${flow(sorted([first, ...others].map(({ resource }) => resource)))}`,
        ...(name === undefined ? [] : [`    resourceNames: ${flow([name])}`]),
        `    verbs: ${flow(verbsOf(missing, first))}`,
      ]
    })
}

/** All verbs that are missing of what this one is about. */
function verbsOf(missing: readonly Permission[], { group, resource, name }: Permission): readonly string[] {
  return sorted(
    missing
      .filter((one) => one.group === group && one.resource === resource && one.name === name)
      .map(({ verb }) => verb),
  )
}

function sorted(words: readonly string[]): readonly string[] {
  return [...new Set(words)].toSorted()
}

function flow(words: readonly string[]): string {
  return `[${words.map((word) => quoted(word)).join(', ')}]`
}

/** A JSON string is a YAML string; plain words stay plain. */
function quoted(word: string): string {
  return /^[a-z][a-z0-9./-]*$/.test(word) && !/^(?:y|n|yes|no|on|off|true|false|null)$/.test(word)
    ? word
    : JSON.stringify(word)
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
