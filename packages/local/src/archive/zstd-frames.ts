/* The layout of zstd frames, as RFC 8878 gives it in section 3.1. */

const MAGIC = 0xfd2fb528
/** The magic number and the byte that says what the rest of the header holds. */
const BEGINNING = 5
const BLOCK_HEADER = 3
const CHECKSUM = 4
const RLE = 1

/**
 * The same bytes, cut so that no piece reaches beyond the end of a frame. Node's decompressor takes the end of a frame of
 * which only the last seven bytes or fewer stand in a piece for the end of everything, when more follows in that piece.
 * What is no zstd comes through as it is: the decompressor says what is wrong with it.
 */
export async function* cutAtFrameEnds(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const scan = frameScanner()
  for await (const piece of pieces) {
    let start = 0
    for (const end of scan(piece)) {
      yield piece.subarray(start, end)
      start = end
    }
    if (start < piece.length) yield piece.subarray(start)
  }
}

/** Gives the places in each piece at which a frame ends. Pieces may be cut anywhere. */
function frameScanner(): (piece: Buffer) => readonly number[] {
  /** Bytes of a field that may have begun in an earlier piece. */
  const field = Buffer.alloc(BEGINNING)
  let have = 0
  let want = BEGINNING
  let skip = 0
  let part: 'beginning' | 'block' | 'end' | 'lost' = 'beginning'
  let checksum = 0
  let last = false

  function fieldRead(): void {
    have = 0
    if (part === 'beginning') beginningRead()
    else blockRead()
  }

  function beginningRead(): void {
    const descriptor = field[4] ?? 0
    if (field.readUInt32LE(0) !== MAGIC) {
      part = 'lost'
      return
    }
    checksum = (descriptor & 0b100) === 0 ? 0 : CHECKSUM
    skip = restOfHeader(descriptor)
    part = 'block'
    want = BLOCK_HEADER
  }

  function blockRead(): void {
    const header = field.readUIntLE(0, BLOCK_HEADER)
    last = (header & 1) === 1
    skip = ((header >> 1) & 0b11) === RLE ? 1 : header >> 3
    if (!last) return
    skip += checksum
    part = 'end'
  }

  return (piece) => {
    const ends: number[] = []
    let at = 0
    while (at < piece.length && part !== 'lost') {
      if (skip > 0) {
        const skipped = Math.min(skip, piece.length - at)
        skip -= skipped
        at += skipped
      } else {
        const taken = Math.min(want - have, piece.length - at)
        piece.copy(field, have, at, at + taken)
        have += taken
        at += taken
        if (have === want) fieldRead()
      }
      if (part === 'end' && skip === 0) {
        ends.push(at)
        part = 'beginning'
        want = BEGINNING
      }
    }
    return ends
  }
}

/** How many bytes of a frame's header follow its descriptor: the window, the dictionary and the size of the content. */
function restOfHeader(descriptor: number): number {
  const single = (descriptor & 0b10_0000) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 0b11] ?? 0
  const size = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  return (single ? 0 : 1) + dictionary + size
}
