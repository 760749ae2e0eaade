import { z } from 'zod'
import { SalvageError } from '../error.ts'
import type { Exchanger } from '../target/exchanger.ts'
import { keptFiles, memorySnapshots } from './keeper.ts'
import { volumeOf } from './platform.ts'
import type { MemoryPlatform } from './platform.ts'

/** A volume, the run that exchanges its content, and the kept snapshot that it is exchanged for, if it is one. */
const token = z.strictObject({ volume: z.string(), runId: z.string(), from: z.string().exactOptional() })

/** Exchanges the content of volumes of the memory platform. */
export function memoryExchanger(platform: MemoryPlatform): Exchanger {
  const { exchanges, volumes } = platform
  return {
    id: 'memory.exchange',
    media: new Set(['docker-volume']),
    prepare: async (source, { runId, from, signal }) => {
      signal.throwIfAborted()
      if (source.medium !== 'docker-volume') throw new Error('a memory volume is exchanged')
      const volume = source.name
      if (from.store.crane !== memorySnapshots.crane) return { token: { volume, runId }, filled: false }
      keptFiles(platform, from.point)
      return { token: { volume, runId, from: from.point.id }, filled: true }
    },
    stage: async (given, options) => {
      options.signal.throwIfAborted()
      const { runId, from } = token.parse(given)
      const files = from === undefined ? [] : keptFiles(platform, { id: from })
      if (!volumes.has(staged(runId))) volumes.set(staged(runId), new Map(files))
      return { medium: 'docker-volume', name: staged(runId) }
    },
    exchange: async (given, options) => {
      options.signal.throwIfAborted()
      const { runId, volume } = token.parse(given)
      exchanges.set(runId, { former: volumeOf(platform, volume), committed: false })
      volumes.set(volume, volumeOf(platform, staged(runId)))
    },
    commit: async (given, options) => {
      options.signal.throwIfAborted()
      const { runId } = token.parse(given)
      const exchange = exchanges.get(runId)
      if (exchange !== undefined) exchange.committed = true
    },
    takeBack: async (given, options) => {
      options.signal.throwIfAborted()
      const { runId, volume } = token.parse(given)
      const exchange = exchanges.get(runId)
      if (exchange === undefined || exchange.committed) return
      volumes.set(volume, exchange.former)
      exchanges.delete(runId)
    },
    clear: async (given, options) => {
      options.signal.throwIfAborted()
      const { runId, volume } = token.parse(given)
      if (exchanges.get(runId)?.committed === false)
        throw new SalvageError('RESTORE.HALF_SWAPPED', `the former content of ${volume} is still to be taken back`)
      exchanges.delete(runId)
      volumes.delete(staged(runId))
    },
  }
}

function staged(runId: string): string {
  return `staged/${runId}`
}
