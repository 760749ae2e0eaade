import * as fc from 'fast-check'
import type { LiftRef } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { PARTIAL_TAG, readTags, tagsOf } from './tags.ts'

function refOf(value: string, tide: string): LiftRef {
  const store = { ref: 'restic:/repo', crane: 'restic', settings: {} } as const
  return { id: 'r-1', runId: 'r', target: `dir:${value}`, store, at: '2026-11-21T08:00:00.000Z', machine: 'm', tide }
}

test('what is written into tags is read back, and no tag falls apart', () => {
  const text = fc
    .string({ minLength: 1, unit: 'binary' })
    .filter((value) => !/\p{Cc}/u.test(value) && value.isWellFormed())
  fc.assert(
    fc.property(text, text, fc.boolean(), (value, tide, partial) => {
      const takenAt = '2026-11-21T08:00:00.123Z'
      const tags = tagsOf(refOf(value, tide), takenAt)
      // Restic splits at commas and trims.
      const kept = tags.flatMap((tag) => tag.split(',').map((part) => part.trim()))
      expect(kept).toEqual(tags)
      expect(readTags(partial ? [...kept, PARTIAL_TAG] : kept)).toEqual({
        target: `dir:${value}`,
        runId: 'r',
        takenAt,
        partial,
      })
    }),
  )
})

test.each([
  ['none', []],
  ['those of another tool', ['nightly']],
  ['ours without a target', ['salvage-kit', 'run=1']],
  ['a target of another tool', ['target=dir:/srv']],
  ['a target that is none', ['salvage-kit', 'target=nonsense']],
  ['a target that cannot be read', ['salvage-kit', 'target=dir:%ZZ']],
])('%s is not ours', (_name, tags) => {
  expect(readTags(tags)).toBeUndefined()
})
