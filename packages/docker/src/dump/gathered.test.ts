import { createHash } from 'node:crypto'
import { PassThrough, Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { letGo } from '@salvage-kit/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { gathered } from './gathered.ts'

const signal = new AbortController().signal

test('bytes go on in their order, whatever they come in, in few pieces', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300_000 }), { maxLength: 8 }), async (sizes) => {
      const seen: Buffer[] = []
      const to = new Writable({
        highWaterMark: 1,
        write: (piece: Buffer, _encoding, done) => {
          seen.push(piece)
          setImmediate(done)
        },
      })
      const output = gathered(to, { signal })
      const sent = sizes.map((size, index) => Buffer.alloc(size, index + 1))
      for (const piece of sent) {
        const own = Buffer.from(piece)
        await output.add(own)
        own.fill(0)
      }
      output.end()
      await new Promise((resolve) => to.end(resolve))
      expect(Buffer.concat(seen).equals(Buffer.concat(sent))).toBe(true)
      expect(seen.length).toBeLessThanOrEqual(2 * sizes.length + 8)
    }),
    { numRuns: 30 },
  )
})

test('many small pieces that come at once are one; a single one does not wait for more', async () => {
  const to = new PassThrough({ readableObjectMode: true })
  const output = gathered(to, { signal })
  for (let n = 0; n < 100; n += 1) await output.add(Buffer.from('x'))
  await turn()
  await turn()
  expect(String(to.read())).toBe('x'.repeat(100))
  await output.add(Buffer.from('y'))
  await turn()
  await turn()
  expect(String(to.read())).toBe('y')
})

test.each([
  ['at once', [256 * 1024, 100_000]],
  ['in two', [100, 256 * 1024 - 100, 1]],
  ['twice over', [512 * 1024, 5]],
])('memory that is full goes with its reader: filled %s', async (_, sizes) => {
  const digest = createHash('sha256')
  const to = new PassThrough({ readableObjectMode: true })
  const output = gathered(to, { signal })
  const sent = sizes.map((size, index) => Buffer.alloc(size, index + 1))
  const read = (): void => {
    for (let piece: unknown = to.read(); piece instanceof Buffer; piece = to.read()) {
      digest.update(piece)
      letGo(piece)
    }
  }
  for (const piece of sent) {
    const added = output.add(piece)
    await turn()
    await turn()
    read()
    await added
  }
  output.end()
  read()
  expect(digest.digest('hex')).toBe(createHash('sha256').update(Buffer.concat(sent)).digest('hex'))
})

test('who stops reading ends who waits', async () => {
  const stop = new AbortController()
  const output = gathered(new PassThrough({ highWaterMark: 1 }), { signal: stop.signal })
  const adding = (async () => {
    for (;;) await output.add(Buffer.alloc(100_000))
  })()
  setTimeout(() => stop.abort(new Error('enough')), 20)
  await expect(adding).rejects.toThrow()
})
