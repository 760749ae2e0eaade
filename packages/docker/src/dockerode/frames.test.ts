import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { frames } from './frames.ts'

const chunk = fc.record({
  from: fc.constantFrom('stdout' as const, 'stderr' as const),
  data: fc.uint8Array({ maxLength: 40 }),
})

test('frames come back whole, however the connection cuts them', async () => {
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
      async function* pieces(): AsyncIterable<Uint8Array> {
        let at = 0
        for (const size of sizes) {
          if (at >= wire.length) return
          yield wire.subarray(at, at + size)
          at += size
        }
      }
      const seen = []
      for await (const { from, data } of frames(pieces())) seen.push({ from, data: Uint8Array.from(data) })
      expect(seen).toEqual(chunks)
    }),
  )
})
