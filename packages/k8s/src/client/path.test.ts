import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KINDS } from '../resource/kind.ts'
import { pathOf, segment, subjectOf } from './path.ts'

describe('a path', () => {
  it.each([
    [KINDS.pod, {}, '/api/v1/pods'],
    [KINDS.pod, { namespace: 'a' }, '/api/v1/namespaces/a/pods'],
    [KINDS.pod, { namespace: 'a', name: 'b', subresource: 'log' }, '/api/v1/namespaces/a/pods/b/log'],
    [KINDS.deployment, { namespace: 'a', name: 'b' }, '/apis/apps/v1/namespaces/a/deployments/b'],
    [KINDS.storageClass, { namespace: 'a', name: 'b' }, '/apis/storage.k8s.io/v1/storageclasses/b'],
    [KINDS.namespace, { name: 'b' }, '/api/v1/namespaces/b'],
  ])('of %o at %o', (kind, place, path) => {
    expect(pathOf(kind, place)).toBe(path)
  })

  it('never leaves its place, whatever the name', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        let path: string
        try {
          path = pathOf(KINDS.configMap, { namespace: 'shop', name })
        } catch {
          return true
        }
        const { pathname, search, hash } = new URL(`https://x${path}`)
        return (
          pathname.split('/').length === 7 &&
          pathname.startsWith('/api/v1/namespaces/shop/configmaps/') &&
          search === '' &&
          hash === ''
        )
      }),
    )
  })

  it('of an object needs the namespace', () => {
    expect(() => pathOf(KINDS.pod, { name: 'b' })).toThrow(/bug/)
  })

  it('keeps the colons of names of roles', () => {
    expect(decodeURIComponent(segment('system:node'))).toBe('system:node')
  })
})

describe('a subject', () => {
  it.each([
    [KINDS.pod, {}, 'Pod of all namespaces'],
    [KINDS.pod, { namespace: 'a' }, 'Pod of a'],
    [KINDS.pod, { namespace: 'a', name: 'b', subresource: 'log' }, 'Pod a/b (log)'],
    [KINDS.storageClass, {}, 'StorageClass of the cluster'],
    [KINDS.storageClass, { name: 'b' }, 'StorageClass b'],
  ])('%o at %o', (kind, place, subject) => {
    expect(subjectOf(kind, place)).toBe(subject)
  })
})
