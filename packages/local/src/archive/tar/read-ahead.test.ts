import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { readAhead } from './read-ahead.ts'

const MIB = 1 << 20

it('gives everything in order, also what came before anyone read', async () => {
  const stream = new PassThrough()
  const chunks = readAhead(stream)
  stream.write('one ')
  stream.write('two ')
  stream.end('three')
  await once(stream, 'close')
  expect(Buffer.concat(await Array.fromAsync(chunks)).toString()).toBe('one two three')
})

it('reads no more ahead than it says, and all of it in the end', async () => {
  let made = 0
  const stream = Readable.from(
    (function* make() {
      for (; made < 64; made += 1) yield Buffer.alloc(MIB / 4, made)
    })(),
    { objectMode: false, highWaterMark: MIB / 4 },
  )
  const chunks = readAhead(stream)
  for (let turn = 0; turn < 200; turn += 1) await setImmediate()
  expect(made).toBeLessThan(16)
  let length = 0
  for await (const chunk of chunks) length += chunk.length
  expect(length).toBe(16 * MIB)
})

it('rejects with what the stream fails with, after what came before', async () => {
  const stream = new PassThrough()
  const chunks = readAhead(stream)
  stream.write('some')
  const read: string[] = []
  const reading = (async () => {
    for await (const chunk of chunks) {
      read.push(chunk.toString())
      stream.destroy(new Error('broken'))
    }
  })()
  await expect(reading).rejects.toThrow('broken')
  expect(read).toEqual(['some'])
})

it('ends with a stream that is destroyed', async () => {
  const stream = new PassThrough()
  const all = Array.fromAsync(readAhead(stream))
  stream.destroy()
  expect(await all).toEqual([])
})
