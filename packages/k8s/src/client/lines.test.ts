import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linesOf } from './lines.ts'

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncIterable<Buffer> {
  let from = 0
  for (const to of [...cuts.toSorted((one, other) => one - other), bytes.length]) {
    yield bytes.subarray(from, to)
    from = to
  }
}

describe('the lines of a stream', () => {
  it('are the same however it is cut into pieces', async () => {
    const text = fc
      .array(fc.string({ unit: fc.constantFrom('a', 'ö', '€', '😀', '\n') }))
      .map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(50)), async (said, cuts) => {
        const bytes = Buffer.from(said)
        const within = cuts.map((cut) => Math.min(cut, bytes.length))
        const expected = said.split('\n')
        if (expected.at(-1) === '') expected.pop()
        expect(await Array.fromAsync(linesOf(pieces(bytes, within)))).toEqual(expected)
      }),
    )
  })
})
