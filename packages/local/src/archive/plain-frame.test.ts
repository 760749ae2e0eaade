import { randomBytes } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { plainFrame, plainFrameLength } from './plain-frame.ts'

test.each([256, 1024, 2560, 65_791])('%i bytes come out of their frame as they are', (length) => {
  const bytes = randomBytes(length)
  const frame = plainFrame(bytes)
  expect(frame).toHaveLength(plainFrameLength(length))
  expect(zstdDecompressSync(frame).equals(bytes)).toBe(true)
})

test.each([255, 65_792])('%i bytes are none', (length) => {
  expect(() => plainFrame(Buffer.alloc(length))).toThrow(RangeError)
})
