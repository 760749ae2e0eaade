import { randomBytes } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdDecompress, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { cutAtFrameEnds } from './zstd-frames.ts'

const text = (size: number): Buffer =>
  Buffer.from('a line that repeats itself\n'.repeat(Math.ceil(size / 27))).subarray(0, size)
const zeros = (size: number): Buffer => Buffer.alloc(size)

function frame(content: Buffer, checksum: boolean, pledge: boolean): Buffer {
  const params = {
    [constants.ZSTD_c_checksumFlag]: checksum ? 1 : 0,
    [constants.ZSTD_c_contentSizeFlag]: pledge ? 1 : 0,
  }
  return zstdCompressSync(content, { params, ...(pledge ? { pledgedSrcSize: content.length } : {}) })
}

async function* cut(bytes: Buffer, places: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0
  for (const place of [...places, bytes.length]) {
    if (place > start) yield bytes.subarray(start, place)
    start = place
  }
}

async function unpack(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const unzip = createZstdDecompress()
  const fed = pipeline(pieces, unzip)
  fed.catch(() => undefined)
  const content: Buffer[] = []
  for await (const piece of unzip) content.push(piece)
  await fed
  return Buffer.concat(content)
}

// Raw blocks, compressed blocks, one repeated byte, nothing at all, several blocks in a frame.
const contents = [
  randomBytes(300),
  text(5000),
  zeros(70_000),
  Buffer.alloc(0),
  text(400_000),
  randomBytes(140_000),
  text(3),
]

describe.each([
  [true, true],
  [true, false],
  [false, true],
  [false, false],
])('frames with a checksum: %s, with their size: %s', (checksum, pledge) => {
  const frames = contents.map((content) => frame(content, checksum, pledge))
  const file = Buffer.concat(frames)
  const whole = Buffer.concat(contents)
  const ends = frames.map((_, n) => frames.slice(0, n + 1).reduce((sum, one) => sum + one.length, 0))

  it('are cut at their ends and nowhere else, however the file is cut', async () => {
    for (const size of [1, 2, 3, 5, 7, 4096, file.length]) {
      const places = Array.from({ length: Math.floor(file.length / size) }, (_, n) => n * size)
      const seen: number[] = []
      let at = 0
      for await (const piece of cutAtFrameEnds(cut(file, places))) {
        at += piece.length
        seen.push(at)
      }
      expect(at).toBe(file.length)
      const mustBe = new Set([...places.slice(1), ...ends])
      expect(seen).toEqual([...mustBe].filter((place) => place > 0).toSorted((a, b) => a - b))
    }
  })

  it('come out whole wherever a piece begins', async () => {
    for (const end of ends)
      for (let before = -9; before <= 9; before += 1) {
        const place = end - before
        if (place <= 0 || place >= file.length) continue
        expect(
          (await unpack(cutAtFrameEnds(cut(file, [place])))).equals(whole),
          `cut at ${String(before)} before ${String(end)}`,
        ).toBe(true)
      }
  })
})

it('is needed: without it, a piece that begins right before the end of a frame is the end of everything', async () => {
  const frames = [frame(randomBytes(200_000), true, false), frame(randomBytes(200_000), true, false)]
  const file = Buffer.concat(frames)
  const lengths = await Promise.all(
    [1, 2, 3, 4, 5, 6, 7].map(async (before) =>
      unpack(cut(file, [(frames[0]?.length ?? 0) - before])).then(
        (content) => content.length,
        () => -1,
      ),
    ),
  )
  expect(lengths.some((length) => length !== 400_000)).toBe(true)
})

it('lets through what is no zstd', async () => {
  const pieces: Buffer[] = []
  for await (const piece of cutAtFrameEnds(cut(text(100), [50]))) pieces.push(piece)
  expect(Buffer.concat(pieces)).toEqual(text(100))
})
