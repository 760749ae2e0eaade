import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { RestorePoint } from '../src/crane/restore-point.ts'
import type { Effect } from '../src/effect/effect.ts'
import { memory } from '../src/memory/memory.ts'
import { memoryCrane, memoryStore } from '../src/memory/crane.ts'
import { memoryDiscovery } from '../src/memory/discovery.ts'
import { memoryPlatform, setState, volumeOf, workloadOf } from '../src/memory/platform.ts'
import type { MemoryPlatform, MemoryWorkload } from '../src/memory/platform.ts'
import { directoryExchanger } from '../src/restore/directory-exchanger.ts'
import { memoryExchanger } from '../src/memory/exchanger.ts'
import { memoryEffects } from '../src/memory/effects.ts'
import { memorySnapshots } from '../src/memory/keeper.ts'
import { memoryProvisioner } from '../src/memory/provisioner.ts'
import { memoryQuiescers } from '../src/memory/quiescers.ts'
import { memorySnapshotter } from '../src/memory/snapshotter.ts'
import type { Quiescer } from '../src/quiesce/quiescer.ts'
import type { PointOrigin } from '../src/target/provisioner.ts'
import { directoryOf } from '../src/target/source.ts'
import type { Source } from '../src/target/source.ts'
import type { ExchangerFixture } from '../src/testing/index.ts'
import {
  craneContract,
  discoveryContract,
  effectContract,
  exchangerContract,
  keeperContract,
  provisionerContract,
  quiescerContract,
  snapshotterContract,
} from '../src/testing/index.ts'

function world(by: MemoryWorkload['by'] = 'stop'): MemoryPlatform {
  const platform = memoryPlatform()
  platform.volumes.set(
    'data',
    new Map([
      ['a', 'one'],
      ['b', 'two'],
    ]),
  )
  platform.workloads.set('memory:app', {
    state: 'running',
    risen: 1,
    uses: ['memory:data'],
    dependsOn: [],
    by,
    frozen: false,
  })
  return platform
}

const nothing = async (): Promise<void> => {}
const data: Source = { medium: 'docker-volume', name: 'data' }

function named(source: Source): string {
  if (source.medium !== 'docker-volume') throw new Error('a memory source is a volume')
  return source.name
}

function quiescer(platform: MemoryPlatform, id: string): Quiescer {
  const found = memoryQuiescers(platform).find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`no quiescer ${id}`)
  return found
}

for (const by of ['stop', 'pause'] as const)
  quiescerContract(`memory.${by}`, async () => {
    const platform = world(by)
    const id = 'memory:app'
    const rest = by === 'stop' ? 'stopped' : 'paused'
    return {
      quiescer: quiescer(platform, `memory.${by}`),
      again: () => quiescer(platform, `memory.${by}`),
      workload: id,
      settings: null,
      state: async () => workloadOf(platform, id).state,
      atRest: async () => workloadOf(platform, id).state === rest,
      rest: async () => setState(platform, id, rest),
      wake: async () => setState(platform, id, 'running'),
      wakeBriefly: async () => {
        setState(platform, id, 'running')
        setState(platform, id, rest)
      },
      [Symbol.asyncDispose]: nothing,
    }
  })

quiescerContract(
  'memory.hook',
  async () => {
    const platform = world('hook')
    return {
      quiescer: quiescer(platform, 'memory.hook'),
      again: () => quiescer(platform, 'memory.hook'),
      workload: 'memory:app',
      settings: null,
      state: async () => {
        const { state, frozen } = workloadOf(platform, 'memory:app')
        return { state, frozen }
      },
      [Symbol.asyncDispose]: nothing,
    }
  },
  ['tell', 'rest', 'wake', 'wakeBriefly'],
)

craneContract('memory', async () => {
  const platform = world()
  return {
    crane: memoryCrane(platform),
    again: () => memoryCrane(platform),
    store: memoryStore,
    source: data,
    destination: async () => {
      platform.volumes.set('restored', new Map())
      return { medium: 'docker-volume', name: 'restored' }
    },
    compare: async (source, destination) => {
      expect(volumeOf(platform, named(destination))).toEqual(volumeOf(platform, named(source)))
    },
    leftovers: async () => [...platform.vessels],
    [Symbol.asyncDispose]: nothing,
  }
})

provisionerContract('memory', async () => {
  const platform = world()
  return {
    provisioner: memoryProvisioner(platform),
    again: () => memoryProvisioner(platform),
    free: 'memory:new',
    occupied: 'memory:data',
    exists: async (ref) => platform.volumes.has(ref.slice('memory:'.length)),
    fill: async (source) => {
      volumeOf(platform, named(source)).set('a', 'one')
    },
    [Symbol.asyncDispose]: nothing,
  }
})

effectContract('memory.replace', async () => {
  const platform = world()
  const effect = (): Effect => {
    const [found] = memoryEffects(platform)
    if (found === undefined) throw new Error('no effect')
    return found
  }
  return {
    effect: effect(),
    again: effect,
    token: async () => ({ volume: 'data', files: { a: 'one', b: 'two' } }),
    act: async () => void platform.volumes.set('data', new Map([['c', 'three']])),
    state: async () => [...volumeOf(platform, 'data')],
    [Symbol.asyncDispose]: nothing,
  }
})

discoveryContract('memory', async () => {
  const platform = world()
  return { backend: { ...memory(platform), discovery: memoryDiscovery(platform) }, [Symbol.asyncDispose]: nothing }
})

snapshotterContract('memory', async () => {
  const platform = world()
  platform.cutsTogether = true
  platform.volumes.set('other', new Map())
  return {
    snapshotter: memorySnapshotter(platform),
    again: () => memorySnapshotter(platform),
    source: data,
    beside: {
      source: { medium: 'docker-volume', name: 'other' },
      write: async (text) => {
        volumeOf(platform, 'other').set('a', text)
      },
    },
    write: async (text) => {
      volumeOf(platform, 'data').set('a', text)
    },
    read: async (source) => volumeOf(platform, named(source)).get('a') ?? '',
    leftovers: async () => [...platform.snapshots.keys(), ...platform.exposures],
    [Symbol.asyncDispose]: nothing,
  }
})

keeperContract('memory', async () => {
  const platform = world()
  return {
    snapshotter: memorySnapshotter(platform),
    again: () => memorySnapshotter(platform),
    store: memorySnapshots,
    source: data,
    write: async (text) => {
      volumeOf(platform, 'data').set('a', text)
    },
    read: async (source) => volumeOf(platform, named(source)).get('a') ?? '',
    leftovers: async () => [...platform.snapshots.keys(), ...platform.kept.keys(), ...platform.exposures],
    destination: async () => {
      platform.volumes.set('restored', new Map())
      return { medium: 'docker-volume', name: 'restored' }
    },
    places: { provisioner: memoryProvisioner(platform), free: 'memory:new' },
    [Symbol.asyncDispose]: nothing,
  }
})

exchangerContract('memory, by a copy', async () => {
  const platform = world()
  volumeOf(platform, 'data').set('a', 'former')
  return exchanged(platform, { store: memoryStore, point: fresh('archive', memoryStore.ref) })
})

exchangerContract('memory, of a kept snapshot', async () => {
  const platform = world()
  volumeOf(platform, 'data').set('a', 'former')
  const point = fresh('snapshot', memorySnapshots.ref)
  platform.snapshots.set(point.id, new Map([['a', 'fresh']]))
  platform.kept.set(point.id, point)
  return exchanged(platform, { store: memorySnapshots, point })
})

exchangerContract('directory', async () => {
  const root = await mkdtemp(join(tmpdir(), 'salvage-exchange-'))
  const path = join(root, 'data')
  await mkdir(path)
  await writeFile(join(path, 'a'), 'former')
  return {
    exchanger: directoryExchanger,
    again: () => directoryExchanger,
    source: { medium: 'directory', path },
    from: { store: memoryStore, point: fresh('archive', memoryStore.ref) },
    lower: async (place) => writeFile(join(directoryOf(place) ?? '', 'a'), 'fresh'),
    read: async () => readFile(join(path, 'a'), 'utf8'),
    leftovers: async () => (await readdir(root)).filter((name) => name !== 'data'),
    [Symbol.asyncDispose]: async () => rm(root, { recursive: true }),
  }
})

function fresh(kind: RestorePoint['kind'], store: RestorePoint['store']): RestorePoint {
  return { kind, id: 'p1', target: 'memory:data', store, takenAt: '2026-11-21T08:00:00.000Z', state: 'good' }
}

function exchanged(platform: MemoryPlatform, from: PointOrigin): ExchangerFixture {
  return {
    exchanger: memoryExchanger(platform),
    again: () => memoryExchanger(platform),
    source: data,
    from,
    lower: async (place) => void volumeOf(platform, named(place)).set('a', 'fresh'),
    read: async () => volumeOf(platform, 'data').get('a') ?? '',
    leftovers: async () => [...platform.volumes.keys()].filter((name) => name !== 'data'),
    [Symbol.asyncDispose]: nothing,
  }
}
