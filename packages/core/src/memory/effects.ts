import { z } from 'zod'
import type { Effect } from '../effect/effect.ts'
import type { MemoryPlatform } from './platform.ts'

/** What a volume held before its content was replaced. */
const token = z.object({ volume: z.string(), files: z.record(z.string(), z.string()) })

/** The way back of replacing the content of a volume. */
export function memoryEffects(platform: MemoryPlatform): readonly Effect[] {
  return [
    {
      id: 'memory.replace',
      undo: async (given) => {
        const { volume, files } = token.parse(given)
        platform.volumes.set(volume, new Map(Object.entries(files)))
      },
    },
  ]
}
