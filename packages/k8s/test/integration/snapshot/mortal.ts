import type { Cluster } from '../../../src/client/cluster.ts'

/** A cluster as a process meets it that is killed after so many calls: the last one is carried out, and nobody hears of it. */
export function mortal(cluster: Cluster, calls: number): Cluster & { readonly isDead: () => boolean } {
  let left = calls
  const last = async <T>(call: () => Promise<T>): Promise<T> => {
    if (left <= 0) throw new Error('killed')
    left -= 1
    const result = await call()
    if (left === 0) throw new Error('killed')
    return result
  }
  async function* counted<T>(list: () => AsyncIterable<T>): AsyncGenerator<T> {
    yield* await last(async () => list())
  }
  return {
    ...cluster,
    isDead: () => left <= 0,
    get: async (kind, at, options) => last(async () => cluster.get(kind, at, options)),
    create: async (kind, manifest, options) => last(async () => cluster.create(kind, manifest, options)),
    patch: async (kind, at, change, options) => last(async () => cluster.patch(kind, at, change, options)),
    remove: async (kind, at, options) => last(async () => cluster.remove(kind, at, options)),
    list: (kind, scope, options) => counted(() => cluster.list(kind, scope, options)),
    listMetadata: (kind, scope, options) => counted(() => cluster.listMetadata(kind, scope, options)),
  }
}
