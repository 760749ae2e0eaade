import { z } from 'zod'
import { SalvageError } from '../error.ts'
import type { TargetRef } from '../target/reference.ts'
import { parseReference } from '../target/reference.ts'
import type { Provisioner } from '../target/provisioner.ts'
import { keptFiles, memorySnapshots } from './keeper.ts'
import type { MemoryPlatform } from './platform.ts'

/** A new volume, and the kept snapshot that it begins with. */
const token = z.strictObject({ name: z.string(), from: z.string().exactOptional() })

/** Makes new volumes on the memory platform. */
export function memoryProvisioner(platform: MemoryPlatform): Provisioner {
  const free = (ref: TargetRef): string => {
    const name = parseReference(ref).value
    if ((platform.volumes.get(name)?.size ?? 0) > 0)
      throw new SalvageError('RESTORE.OCCUPIED', `the volume ${name} is not empty`)
    return name
  }
  return {
    scheme: 'memory',
    prepare: async (ref, _runId, options) => {
      options.signal.throwIfAborted()
      return { name: free(ref) }
    },
    prepareFrom: async (ref, { point, store }, _runId, options) => {
      options.signal.throwIfAborted()
      if (store.crane !== memorySnapshots.crane) return undefined
      keptFiles(platform, point)
      return { name: free(ref), from: point.id }
    },
    create: async (given, options) => {
      options.signal.throwIfAborted()
      const { name, from } = token.parse(given)
      const files = from === undefined ? [] : keptFiles(platform, { id: from })
      if (!platform.volumes.has(name)) platform.volumes.set(name, new Map(files))
      return { medium: 'docker-volume', name }
    },
    remove: async (given) => {
      platform.volumes.delete(token.parse(given).name)
    },
  }
}
