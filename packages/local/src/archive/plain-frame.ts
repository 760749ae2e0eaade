/* A zstd frame that holds its content as it is, see RFC 8878, section 3.1. */

/** One segment, the size of the content in two bytes, no checksum. */
const DESCRIPTOR = 0b0110_0000
const MAGIC = 0xfd2fb528
/** What two bytes for the size begin with. */
const LEAST = 256
const MOST = LEAST + 0xffff
const HEADER = 10

/** How long the frame of so many bytes is, whatever they are. */
export function plainFrameLength(bytes: number): number {
  return HEADER + bytes
}

/** A frame whose length is known before its content is: 256 bytes to 64 KiB. */
export function plainFrame(bytes: Buffer): Buffer {
  if (bytes.length < LEAST || bytes.length > MOST)
    throw new RangeError(`a plain frame of ${String(bytes.length)} bytes`)
  const header = Buffer.alloc(HEADER)
  header.writeUInt32LE(MAGIC, 0)
  header.writeUInt8(DESCRIPTOR, 4)
  header.writeUInt16LE(bytes.length - LEAST, 5)
  // The last block, raw.
  header.writeUIntLE((bytes.length << 3) | 1, 7, 3)
  return Buffer.concat([header, bytes])
}
