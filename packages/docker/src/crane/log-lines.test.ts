import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { logLines } from './log-lines.ts'

function linesOf(chunks: readonly Uint8Array[], clean: (text: string) => string = (text) => text): string[] {
  const all: string[] = []
  const lines = logLines(clean, (line) => void all.push(line))
  for (const data of chunks) lines.add({ from: 'stdout', data })
  lines.end()
  return all
}

const withoutSecret = (text: string): string => text.replaceAll('s3cret', '***')

describe('the lines of a crane', () => {
  test('however the bytes are cut', () => {
    const text = 'eins\nzwöi €\n\n  \nlast'
    const bytes = Buffer.from(text)
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), bytes.length]
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
        expect(linesOf(chunks)).toEqual(['eins', 'zwöi €', 'last'])
      }),
    )
  })

  test('of a progress bar the last state, without colours and control characters', () => {
    expect(linesOf([Buffer.from('1 %\r'), Buffer.from('2 %\r\u001b[32m3 %\u001b[0m\u0007\r\n')])).toEqual(['3 %'])
  })

  test('the outputs are not mixed within a line, and it is said from which one comes', () => {
    const all: string[] = []
    const lines = logLines(
      (text) => text,
      (line, from) => void all.push(`${from} ${line}`),
    )
    lines.add({ from: 'stdout', data: Buffer.from('ou') })
    lines.add({ from: 'stderr', data: Buffer.from('error\n') })
    lines.add({ from: 'stdout', data: Buffer.from('t\n') })
    expect(all).toEqual(['stderr error', 'stdout out'])
  })

  test('a line without end is cut, after secrets were taken out', () => {
    const line = `${'x'.repeat(496)}s3cret`
    expect(linesOf([Buffer.from(line)], withoutSecret)).toEqual([`${'x'.repeat(496)}***`])
    const chunk = Buffer.alloc(1_000_000, 'x')
    expect(linesOf(Array.from({ length: 20 }, () => chunk))).toEqual(['x'.repeat(500)])
  })
})
