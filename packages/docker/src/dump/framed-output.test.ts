import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { framedOutput } from './framed-output.ts'

const WORD = 'a1b2'

/** What comes out, with every piece overwritten when the next one is asked for, as its reader may. */
function taken(wire: Buffer, sizes: Iterable<number>): { output: Buffer; framed: ReturnType<typeof framedOutput> } {
  const framed = framedOutput(WORD)
  const out: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    if (at >= wire.length) break
    const piece = Buffer.from(wire.subarray(at, at + size))
    for (const certain of framed.add(piece)) out.push(Buffer.from(certain))
    piece.fill(0)
    at += size
  }
  return { output: Buffer.concat(out), framed }
}

test('what a program writes comes out as it is, however it is cut, and a shorter one has no end', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      fc.nat(80),
      (content, sizes, short) => {
        const wire = Buffer.concat([Buffer.from(`${WORD} 17\n`), content, Buffer.from(`${WORD}003`)])
        const { output, framed } = taken(wire, sizes)
        expect(output.equals(content)).toBe(true)
        expect([framed.pid(), framed.code()]).toEqual([17, 3])
        const cut = taken(wire.subarray(0, Math.max(0, wire.length - 1 - short)), sizes)
        expect(cut.framed.code()).toBeUndefined()
        expect(Buffer.from(content).subarray(0, cut.output.length).equals(cut.output)).toBe(true)
      },
    ),
  )
})

test('what comes in the place of a beginning is told', () => {
  const framed = framedOutput(WORD)
  framed.add(Buffer.from('exec failed: "sh"'))
  expect([framed.instead(), framed.pid(), framed.code()]).toEqual(['exec failed: "sh"', undefined, undefined])
})
