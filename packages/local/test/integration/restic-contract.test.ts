import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

import { directoryOf } from '@salvage-kit/core'
import type { Source } from '@salvage-kit/core'
import { craneContract } from '@salvage-kit/core/testing'
import { part } from '@salvage-kit/testbed'
import { describe, expect } from 'vitest'
import { resticCrane } from '../../src/restic/restic-crane.ts'
import { resticYard } from './restic-yard.ts'

function listing(source: Source): string {
  const directory = directoryOf(source) ?? ''
  return execFileSync(
    'sh',
    ['-c', `cd "$1" && find . -printf '%P %y %m %U %G %s %T@ %l\\n' | sort && cat sub/*`, 'sh', directory],
    {
      encoding: 'utf8',
    },
  )
}

describe.skipIf(!part('restic').available)('restic', () => {
  craneContract('restic', async () => {
    const yard = resticYard()
    return {
      crane: yard.crane,
      again: () => resticCrane(yard.state),
      store: yard.store,
      source: yard.source,
      destination: async () => {
        const path = yard.at('destination')
        mkdirSync(path)
        return { medium: 'directory', path }
      },
      compare: async (source, destination) => expect(listing(destination)).toBe(listing(source)),
      leftovers: async () => [
        ...yard.locks().map((name) => `lock ${name}`),
        ...yard.claims().map((name) => `claim ${name}`),
      ],
      [Symbol.asyncDispose]: async () => yard[Symbol.dispose](),
    }
  })
})
