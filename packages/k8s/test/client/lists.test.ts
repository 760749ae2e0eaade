import { describe, expect, it } from 'vitest'
import { KINDS } from '../../src/resource/kind.ts'
import { connected } from './connected.ts'
import { configMap, json, status } from './fault-server.ts'

const options = { signal: new AbortController().signal }
const scope = { namespace: 'shop', labelSelector: 'app in (a, b)' }

function page(names: readonly string[], next?: string): object {
  return {
    kind: 'ConfigMapList',
    metadata: { resourceVersion: '1', ...(next === undefined ? {} : { continue: next }) },
    items: names.map((name) => ({ metadata: { name, namespace: 'shop', uid: `uid-${name}`, managedFields: [{}] } })),
  }
}

function changed(name: string, resourceVersion: string, type = 'MODIFIED'): string {
  return `${JSON.stringify({ type, object: configMap(name, { resourceVersion }) })}\n`
}

describe('a list', () => {
  it('is read page by page, and its objects say their kind and no managed fields', async () => {
    await using here = await connected((asked, response) =>
      json(response, asked.query.get('continue') === 'two' ? page(['c']) : page(['a', 'b'], 'two')),
    )
    const objects = await Array.fromAsync(here.cluster.list(KINDS.configMap, scope, options))
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c'])
    expect(objects[0]).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'shop', uid: 'uid-a' },
    })
    expect(here.server.asked[0]?.path).toBe('/api/v1/namespaces/shop/configmaps')
    expect(here.server.asked[0]?.query.get('labelSelector')).toBe('app in (a, b)')
    expect(here.server.asked[0]?.query.get('limit')).toBe('500')
  })

  it('asks for no more pages than are read', async () => {
    await using here = await connected((_, response) => json(response, page(['a', 'b'], 'two')))
    for await (const _ of here.cluster.list(KINDS.configMap, scope, options)) break
    expect(here.server.asked).toHaveLength(1)
  })

  it('whose page has expired goes on from the place that the server offers', async () => {
    await using here = await connected((asked, response) => {
      const next = asked.query.get('continue')
      if (next === null) json(response, page(['a', 'b'], 'old'))
      else if (next === 'old') status(response, 410, { reason: 'Expired', metadata: { continue: 'fresh' } })
      else json(response, page(['c']))
    })
    const objects = await Array.fromAsync(here.cluster.list(KINDS.configMap, scope, options))
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c'])
    expect(here.server.asked.map(({ query }) => query.get('continue'))).toEqual([null, 'old', 'fresh'])
  })

  it('whose page has expired begins anew where none is offered, and tells no object twice', async () => {
    let expired = false
    await using here = await connected((asked, response) => {
      const next = asked.query.get('continue')
      if (next === null) return json(response, page(['a', 'b'], 'two'))
      if (expired) return json(response, page(['b', 'c']))
      expired = true
      status(response, 410, { reason: 'Expired' })
    })
    const objects = await Array.fromAsync(here.cluster.list(KINDS.configMap, scope, options))
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c'])
  })

  it('whose page breaks off in the middle is whole all the same', async () => {
    let cut = false
    await using here = await connected((asked, response) => {
      if (asked.query.get('continue') === null) return json(response, page(['a'], 'two'))
      const text = JSON.stringify(page(['b']))
      if (cut) return void response.end(text)
      cut = true
      response.write(text.slice(0, 40))
      setTimeout(() => response.socket?.destroy(), 10)
    })
    const objects = await Array.fromAsync(here.cluster.list(KINDS.configMap, scope, options))
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
  })

  it('of metadata asks for nothing else', async () => {
    await using here = await connected((_, response) => json(response, page(['a'])))
    const objects = await Array.fromAsync(here.cluster.listMetadata(KINDS.configMap, { namespace: 'shop' }, options))
    expect(objects).toEqual([{ metadata: { name: 'a', namespace: 'shop', uid: 'uid-a' } }])
    expect(here.server.asked[0]?.headers.accept).toBe(
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    )
  })

  it('that is no list of Kubernetes is not taken for an empty one, and what it says is not quoted', async () => {
    await using here = await connected((_, response) => json(response, { secret: 'HIDDEN' }))
    const error: unknown = await Array.fromAsync(here.cluster.list(KINDS.secret, scope, options)).catch(
      (cause: unknown) => cause,
    )
    expect(error).toMatchObject({ code: 'K8S.ANSWER' })
    expect(JSON.stringify(error)).not.toContain('HIDDEN')
  })

  it('of a kind that the API does not serve is an error', async () => {
    await using here = await connected((_, response) => void response.writeHead(404).end('404 page not found\n'))
    await expect(Array.fromAsync(here.cluster.list(KINDS.volumeSnapshot, scope, options))).rejects.toMatchObject({
      code: 'K8S.NO_KIND',
      message: 'list VolumeSnapshot of shop: the API does not serve this kind',
    })
  })
})

describe('a watch', () => {
  it('begins at now, goes on over cuts and clean ends from the last event or bookmark, and misses nothing', async () => {
    await using here = await connected((asked, response) => {
      if (asked.query.get('watch') === null) return json(response, page([]))
      response.writeHead(200).flushHeaders()
      const from = asked.query.get('resourceVersion')
      if (from === '1') {
        response.write(changed('a', '2'))
        // Half an event, then gone.
        setTimeout(() => response.write(changed('b', '3').slice(0, 20)), 20)
        setTimeout(() => response.socket?.destroy(), 40)
      } else if (from === '2') {
        response.end(changed('b', '3') + changed('x', '9', 'BOOKMARK'))
      } else response.write(changed('c', '10', 'DELETED'))
    })
    const seen: unknown[] = []
    for await (const event of here.cluster.watch(KINDS.configMap, { namespace: 'shop' }, options)) {
      seen.push(event === 'ready' ? event : `${event.type} ${event.object.metadata.name}`)
      if (seen.length === 4) break
    }
    expect(seen).toEqual(['ready', 'MODIFIED a', 'MODIFIED b', 'DELETED c'])
    const watches = here.server.asked.filter(({ query }) => query.get('watch') === 'true')
    expect(watches.map(({ query }) => query.get('resourceVersion'))).toEqual(['1', '2', '9'])
    expect(watches[0]?.query.get('allowWatchBookmarks')).toBe('true')
  })

  it.each([
    ['in an event', true],
    ['in the answer', false],
  ])('throws when the server has forgotten its place, told %s', async (_, asEvent) => {
    await using here = await connected((asked, response) => {
      if (asked.query.get('watch') === null) return json(response, page([]))
      const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 1 (9)' }
      if (!asEvent) return status(response, 410, gone)
      response.writeHead(200).end(`${JSON.stringify({ type: 'ERROR', object: gone })}\n`)
    })
    const watch = Array.fromAsync(here.cluster.watch(KINDS.configMap, { namespace: 'shop' }, options))
    await expect(watch).rejects.toMatchObject({
      code: 'K8S.EXPIRED',
      retryable: true,
      why: 'too old resource version: 1 (9)',
    })
  })

  it('throws when the server stays away', async () => {
    await using here = await connected(
      (asked, response) => {
        if (asked.query.get('watch') === null) json(response, page([]))
        else response.socket?.destroy()
      },
      { patienceMs: 500 },
    )
    const watch = Array.fromAsync(here.cluster.watch(KINDS.configMap, { namespace: 'shop' }, options))
    await expect(watch).rejects.toMatchObject({ code: 'K8S.UNREACHABLE' })
  })

  it('ends with its signal, with the reason of it', async () => {
    await using here = await connected((asked, response) => {
      if (asked.query.get('watch') === null) json(response, page([]))
      else response.writeHead(200).flushHeaders()
    })
    const controller = new AbortController()
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 300)
    const watch = here.cluster.watch(KINDS.configMap, { namespace: 'shop' }, { signal: controller.signal })
    await expect(Array.fromAsync(watch)).rejects.toBe(reason)
  })
})

describe('a log', () => {
  it('comes line by line, characters whole over the borders of packets', async () => {
    const bytes = Buffer.from('eins\nzwölf\n\nlast')
    await using here = await connected((_, response) => {
      response.write(bytes.subarray(0, 8))
      setTimeout(() => response.end(bytes.subarray(8)), 20)
    })
    const at = { namespace: 'shop', pod: 'db-0', container: 'main', follow: true }
    const lines = await Array.fromAsync(here.cluster.log(at, options))
    expect(lines).toEqual(['eins', 'zwölf', '', 'last'])
    expect(here.server.asked[0]?.query.toString()).toBe('container=main&follow=true')
  })

  it('that is cut does not end as if it were whole', async () => {
    await using here = await connected((_, response) => {
      response.write('one\ntw')
      setTimeout(() => response.socket?.destroy(), 20)
    })
    const lines: string[] = []
    const read = async (): Promise<void> => {
      for await (const line of here.cluster.log({ namespace: 'shop', pod: 'db-0' }, options)) lines.push(line)
    }
    await expect(read()).rejects.toMatchObject({ code: 'K8S.UNREACHABLE' })
    expect(lines).toEqual(['one'])
  })
})
