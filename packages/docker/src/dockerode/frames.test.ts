import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { frames } from './frames.ts'

const chunk = fc.record({
  from: fc.constantFrom('stdout' as const, 'stderr' as const),
  data: fc.uint8Array({ maxLength: 40 }),
})

/** Neighbours of one output as one. */
function joined(
  chunks: readonly { readonly from: string; readonly data: readonly number[] }[],
): readonly { from: string; data: number[] }[] {
  const all: { from: string; data: number[] }[] = []
  for (const { from, data } of chunks.filter((one) => one.data.length > 0)) {
    const last = all.at(-1)
    if (last?.from === from) last.data.push(...data)
    else all.push({ from, data: [...data] })
  }
  return all
}

test('outputs come back whole and in their order, however the connection cuts them, and what was read of it is let go', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chunk), fc.infiniteStream(fc.integer({ min: 1, max: 30 })), async (chunks, sizes) => {
      const wire = Buffer.concat(
        chunks.flatMap(({ from, data }) => {
          const head = Buffer.alloc(8)
          head[0] = from === 'stdout' ? 1 : 2
          head.writeUInt32BE(data.length, 4)
          return [head, Buffer.from(data)]
        }),
      )
      const given: Uint8Array[] = []
      async function* pieces(): AsyncIterable<Uint8Array> {
        let at = 0
        for (const size of sizes) {
          // Nobody looks at a piece when the next one is asked for: its memory is gone, so bytes of it would be missing below.
          expect(given.every(({ buffer }) => buffer.byteLength === 0)).toBe(true)
          if (at >= wire.length) return
          const piece = Uint8Array.from(wire.subarray(at, at + size))
          given.push(piece)
          yield piece
          at += size
        }
      }
      const seen: { from: string; data: number[] }[] = []
      for await (const { from, data } of frames(pieces())) {
        expect(data.length).toBeGreaterThan(0)
        seen.push({ from, data: [...data] })
      }
      expect(joined(seen)).toEqual(joined(chunks.map(({ from, data }) => ({ from, data: [...data] }))))
    }),
  )
})
