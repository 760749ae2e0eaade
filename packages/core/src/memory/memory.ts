import type { Backend } from '../backend.ts'
import { memoryCrane } from './crane.ts'
import { memoryDiscovery } from './discovery.ts'
import type { MemoryPlatform } from './platform.ts'
import { memoryProvisioner } from './provisioner.ts'
import { memoryQuiescers } from './quiescers.ts'
import { memorySnapshotter } from './snapshotter.ts'

/** The reference backend: a platform in memory, with every ability. */
export function memory(platform: MemoryPlatform, options: { readonly snapshots?: boolean } = {}): Backend {
  return {
    id: 'memory',
    discovery: memoryDiscovery(platform),
    quiescers: memoryQuiescers(platform),
    ...(options.snapshots === false ? {} : { snapshotters: [memorySnapshotter(platform)] }),
    cranes: [memoryCrane(platform)],
    provisioners: [memoryProvisioner(platform)],
  }
}
