import { expect, it } from 'vitest'
import type { Cluster } from '../src/client/cluster.ts'
import { KINDS } from '../src/resource/kind.ts'
import type { Manifest, Resource } from '../src/resource/resource.ts'

const options = { signal: new AbortController().signal }
const namespace = 'default'

/**
 * What every cluster keeps, the one in memory too, so that what is proven against it holds for a real one. `make` gives a
 * cluster with a namespace `default`; names that begin with `contract-` are free there.
 */
export function clusterContract(make: () => Cluster): void {
  const create = (name: string, more: Partial<Manifest['metadata']> = {}, data = {}): Promise<Resource> =>
    make().create(
      KINDS.configMap,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...at(name), ...more }, data },
      options,
    )
  const get = (name: string): Promise<Resource | undefined> => make().get(KINDS.configMap, at(name), options)

  it('gives what it makes a uid and a version, and reads it as it was made', async () => {
    const made = await create('made', { labels: { a: 'b' } }, { key: 'value' })
    expect(made).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { key: 'value' } })
    expect(made.metadata.uid).toEqual(expect.any(String))
    expect(made.metadata.resourceVersion).toEqual(expect.any(String))
    expect(await get('made')).toEqual(made)
    expect(await get('other')).toBeUndefined()
  })

  it('gives a name once', async () => {
    await create('once')
    await expect(create('once')).rejects.toMatchObject({ code: 'K8S.EXISTS' })
  })

  it('changes by a merge patch what it says, takes away what is null, and leaves the rest', async () => {
    const made = await create('merged', { labels: { a: '1', b: '2' } }, { kept: 'x' })
    const body = { metadata: { labels: { a: null, c: '3' } } }
    const changed = await make().patch(KINDS.configMap, at('merged'), { type: 'merge', body }, options)
    expect(changed?.metadata.labels).toEqual({ b: '2', c: '3' })
    expect(changed?.['data']).toEqual({ kept: 'x' })
    expect(changed?.metadata.uid).toBe(made.metadata.uid)
    expect(changed?.metadata.resourceVersion).not.toBe(made.metadata.resourceVersion)
  })

  it('changes by a JSON patch only what is as it was read', async () => {
    await create('tested', { labels: { 'a.b/c': '1' } })
    const path = '/metadata/labels/a.b~1c'
    const from = (value: string): ReturnType<Cluster['patch']> => {
      const body = [
        { op: 'test', path, value },
        { op: 'replace', path, value: '2' },
      ] as const
      return make().patch(KINDS.configMap, at('tested'), { type: 'json', body }, options)
    }
    expect((await from('1'))?.metadata.labels).toEqual({ 'a.b/c': '2' })
    await expect(from('1')).rejects.toMatchObject({ code: 'K8S.CONFLICT' })
    expect((await get('tested'))?.metadata.labels).toEqual({ 'a.b/c': '2' })
  })

  it('changes no object of an older reading', async () => {
    const { metadata } = await create('older')
    const change = (): ReturnType<Cluster['patch']> => {
      const body = { metadata: { resourceVersion: metadata.resourceVersion ?? '' }, data: { a: '1' } }
      return make().patch(KINDS.configMap, at('older'), { type: 'merge', body }, options)
    }
    await change()
    await expect(change()).rejects.toMatchObject({ code: 'K8S.CONFLICT' })
  })

  it('does not change what is not there, and does not mind its removal', async () => {
    const change = { type: 'merge', body: { data: { a: '1' } } } as const
    expect(await make().patch(KINDS.configMap, at('none'), change, options)).toBeUndefined()
    await make().remove(KINDS.configMap, at('none'), options)
  })

  it('removes the object of that uid and no other of the name', async () => {
    const first = await create('uid')
    await make().remove(KINDS.configMap, at('uid'), { ...options, uid: first.metadata.uid ?? '' })
    const second = await create('uid')
    expect(second.metadata.uid).not.toBe(first.metadata.uid)
    await make().remove(KINDS.configMap, at('uid'), { ...options, uid: first.metadata.uid ?? '' })
    expect((await get('uid'))?.metadata.uid).toBe(second.metadata.uid)
  })

  it('marks what has a finalizer, and takes it away when that goes', async () => {
    await create('final', { finalizers: ['example.test/hold'] })
    await make().remove(KINDS.configMap, at('final'), options)
    expect((await get('final'))?.metadata.deletionTimestamp).toEqual(expect.any(String))
    const body = { metadata: { finalizers: null } }
    await make().patch(KINDS.configMap, at('final'), { type: 'merge', body }, options)
    expect(await get('final')).toBeUndefined()
  })

  it('lists by namespace and labels, whole and as metadata', async () => {
    for (const [name, labels] of Object.entries({ one: { list: 'x', odd: 'yes' }, two: { list: 'x' }, three: {} }))
      await create(`list-${name}`, { labels })
    const names = async (labelSelector: string): Promise<readonly string[]> => {
      const scope = { namespace, labelSelector }
      const whole = await Array.fromAsync(make().list(KINDS.configMap, scope, options))
      const metadata = await Array.fromAsync(make().listMetadata(KINDS.configMap, scope, options))
      expect(metadata.map((one) => one.metadata)).toEqual(whole.map((one) => one.metadata))
      return whole.map((one) => one.metadata.name.replace('contract-list-', '')).toSorted()
    }
    expect(await names('list=x')).toEqual(['one', 'two'])
    expect(await names('list,!odd')).toEqual(['two'])
    expect(await names('list=x,odd=yes')).toEqual(['one'])
    expect(await Array.fromAsync(make().list(KINDS.configMap, { namespace: 'nowhere' }, options))).toEqual([])
  })

  it('does nothing once its signal is aborted', async () => {
    const reason = new Error('enough')
    const aborted = { signal: AbortSignal.abort(reason) }
    await expect(make().get(KINDS.configMap, at('made'), aborted)).rejects.toBe(reason)
    await expect(make().remove(KINDS.configMap, at('made'), aborted)).rejects.toBe(reason)
    await expect(Array.fromAsync(make().list(KINDS.configMap, { namespace }, aborted))).rejects.toBe(reason)
  })
}

function at(name: string): { readonly namespace: string; readonly name: string } {
  return { namespace, name: `contract-${name}` }
}
