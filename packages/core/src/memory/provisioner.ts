import { z } from 'zod'
import { SalvageError } from '../error.ts'
import { parseReference } from '../target/reference.ts'
import type { Provisioner } from '../target/provisioner.ts'
import type { MemoryPlatform } from './platform.ts'

/** Makes new volumes on the memory platform. */
export function memoryProvisioner(platform: MemoryPlatform): Provisioner {
  return {
    scheme: 'memory',
    prepare: async (ref, _runId, options) => {
      options.signal.throwIfAborted()
      const name = parseReference(ref).value
      if ((platform.volumes.get(name)?.size ?? 0) > 0)
        throw new SalvageError('RESTORE.OCCUPIED', `the volume ${name} is not empty`)
      return name
    },
    create: async (token, options) => {
      options.signal.throwIfAborted()
      const name = z.string().parse(token)
      if (!platform.volumes.has(name)) platform.volumes.set(name, new Map())
      return { medium: 'docker-volume', name }
    },
    remove: async (token) => {
      platform.volumes.delete(z.string().parse(token))
    },
  }
}
