import { expect } from 'vitest'
import { memoryDumps } from '../src/memory/dumps.ts'
import { memoryPlatform } from '../src/memory/platform.ts'
import { dumpContract } from '../src/testing/index.ts'

dumpContract('memory', async () => {
  const platform = memoryPlatform()
  const files = new Map([
    ['globals.sql', 'CREATE ROLE '.repeat(100_000)],
    ['shop.sql', 'INSERT '.repeat(100_000)],
  ])
  platform.databases.set('shop', { files })
  for (const fails of ['start', 'middle', 'verdict'] as const) platform.databases.set(fails, { files, fails })
  return {
    opener: memoryDumps(platform),
    whole: 'shop',
    failing: { start: 'start', middle: 'middle', verdict: 'verdict', 'unknown database': 'nobody' },
    left: async () => [...platform.dumping],
    proves: (name, content) => {
      expect(content.toString()).toBe(files.get(name))
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
})
