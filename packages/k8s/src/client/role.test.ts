import { loadAllYaml } from '@kubernetes/client-node'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Permission } from './cluster.ts'
import { permits } from './permitted.ts'
import { roleFor } from './role.ts'
import * as z from 'zod'

const Role = z.object({
  kind: z.string(),
  rules: z.array(
    z.object({
      verbs: z.array(z.string()),
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      resourceNames: z.array(z.string()).optional(),
    }),
  ),
})

const permission: fc.Arbitrary<Permission> = fc.record(
  {
    verb: fc.constantFrom('get', 'list', 'create', 'delete'),
    group: fc.constantFrom('', 'apps', 'snapshot.storage.k8s.io'),
    resource: fc.constantFrom('pods', 'pods/exec', 'deployments/scale', 'secrets', 'volumesnapshots'),
    name: fc.constantFrom('yes', 'null', 'a: b', '1', 'plain'),
  },
  { requiredKeys: ['verb', 'group', 'resource'] },
)

/** Of a Role that permits one verb on pods. */
function nameOf(verb: string): string | undefined {
  return /^ {2}name: (.*)$/m.exec(roleFor([{ verb, group: '', resource: 'pods' }], { namespace: 'shop' }))?.[1]
}

/** Of a Role that permits one verb to this service account. */
function bindingOf(name: string): string | undefined {
  const subject = { kind: 'ServiceAccount', name } as const
  const role = roleFor([{ verb: 'get', group: '', resource: 'pods' }], { namespace: 'shop', subject })
  return /^kind: RoleBinding\nmetadata:\n {2}name: (.*)$/m.exec(role)?.[1]
}

describe('a Role for what is missing', () => {
  it('reads well', () => {
    const missing = [
      { verb: 'list', group: '', resource: 'pods' },
      { verb: 'get', group: '', resource: 'pods' },
      { verb: 'create', group: '', resource: 'pods/exec' },
      { verb: 'get', group: '', resource: 'configmaps' },
      { verb: 'list', group: '', resource: 'configmaps' },
      { verb: 'get', group: '', resource: 'secrets', name: 'restic' },
    ]
    expect(
      roleFor(missing, { namespace: 'shop', name: 'salvage-kit', subject: { kind: 'ServiceAccount', name: 'backup' } }),
    ).toBe(`apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: salvage-kit
  namespace: shop
rules:
  - apiGroups: [""]
    resources: [pods/exec]
    verbs: [create]
  - apiGroups: [""]
    resources: [configmaps, pods]
    verbs: [get, list]
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [restic]
    verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: salvage-kit
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: salvage-kit
subjects:
  - kind: ServiceAccount
    name: backup
    namespace: shop
`)
  })

  it('has a name of its own by what it permits: applied one after the other, none replaces another', () => {
    expect(nameOf('get')).toMatch(/^salvage-kit-[0-9a-f]{8}$/)
    expect(nameOf('get')).toBe(nameOf('get'))
    expect(nameOf('get')).not.toBe(nameOf('list'))
  })

  it('is bound to each under a name of its own: whoever is given it takes it from nobody', () => {
    expect(bindingOf('one')).toMatch(/^salvage-kit-[0-9a-f]{8}-[0-9a-f]{8}$/)
    expect(bindingOf('one')).toBe(bindingOf('one'))
    expect(bindingOf('one')).not.toBe(bindingOf('two'))
  })

  it('permits what is missing and nothing else', () => {
    fc.assert(
      fc.property(fc.array(permission, { minLength: 1 }), fc.array(permission), (missing, others) => {
        const { rules } = Role.parse(loadAllYaml(roleFor(missing, { namespace: 'shop' }))[0])
        const may = (one: Permission): boolean => rules.some((rule) => permits(rule, one))
        const asked = (one: Permission): boolean =>
          missing.some(
            ({ verb, group, resource, name }) =>
              verb === one.verb &&
              group === one.group &&
              resource === one.resource &&
              (name === undefined || name === one.name),
          )
        return missing.every((one) => may(one)) && others.every((one) => may(one) === asked(one))
      }),
    )
  })

  it('is none when nothing is', () => {
    expect(roleFor([])).toBe('')
  })

  it('is a ClusterRole for what is in no namespace', () => {
    const text = roleFor([{ verb: 'get', group: 'storage.k8s.io', resource: 'storageclasses' }])
    expect(text).toContain('kind: ClusterRole\n')
    expect(text).not.toContain('namespace')
  })
})

describe('a rule', () => {
  const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] }
  const exec = { verb: 'get', group: '', resource: 'pods/exec' }

  it.each([
    [rule, { ...exec, resource: 'pods' }, true],
    [rule, exec, false],
    [{ ...rule, resources: ['pods/exec'] }, exec, true],
    [{ ...rule, resources: ['*'] }, exec, true],
    [{ ...rule, resources: ['*/exec'] }, exec, true],
    [{ ...rule, resources: ['*/log'] }, exec, false],
    [{ ...rule, verbs: ['*'] }, { ...exec, resource: 'pods', verb: 'delete' }, true],
    [{ ...rule, apiGroups: ['*'] }, { ...exec, group: 'apps', resource: 'pods' }, true],
    [{ ...rule, apiGroups: ['apps'] }, { ...exec, resource: 'pods' }, false],
    [{ ...rule, resourceNames: ['a'] }, { ...exec, resource: 'pods' }, false],
    [{ ...rule, resourceNames: ['a'] }, { ...exec, resource: 'pods', name: 'a' }, true],
    [{ ...rule, resourceNames: ['a'] }, { ...exec, resource: 'pods', name: 'b' }, false],
  ])('%o permits %o: %s', (one, wanted, expected) => {
    expect(permits(one, wanted)).toBe(expected)
  })
})
