import type { Backend } from '../backend.ts'
import type { Medium } from '../target/source.ts'
import { memoryCrane } from './crane.ts'
import { memoryDiscovery } from './discovery.ts'
import { memoryDumps } from './dumps.ts'
import { memoryLoader } from './loader.ts'
import type { MemoryPlatform } from './platform.ts'
import { memoryEffects } from './effects.ts'
import { memoryExchanger } from './exchanger.ts'
import { memoryProvisioner } from './provisioner.ts'
import { memoryQuiescers } from './quiescers.ts'
import { memorySnapshotter } from './snapshotter.ts'

/** What the memory platform can do. */
export interface MemoryOptions {
  /** Whether its volumes can be cut. Default: true. */
  readonly snapshots?: boolean
  /** What its crane reads. Default: volumes and streams. */
  readonly reads?: readonly Medium[]
  /** Whether its store says that it deduplicates. Default: false. */
  readonly deduplicates?: boolean
}

/** The reference backend: a platform in memory, with every ability. */
export function memory(platform: MemoryPlatform, options: MemoryOptions = {}): Backend {
  return {
    id: 'memory',
    discovery: memoryDiscovery(platform),
    quiescers: memoryQuiescers(platform),
    ...(options.snapshots === false ? {} : { snapshotters: [memorySnapshotter(platform)] }),
    cranes: [
      memoryCrane(platform, {
        deduplicates: options.deduplicates ?? false,
        reads: options.reads ?? ['docker-volume', 'stream'],
      }),
    ],
    dumps: memoryDumps(platform),
    loader: memoryLoader(platform),
    provisioners: [memoryProvisioner(platform)],
    exchangers: [memoryExchanger(platform)],
    effects: memoryEffects(platform),
  }
}
