const POLYNOMIAL = 0x95ac9329ac4bc9b5n
const HALF = 0xffff_ffffn

/** Eight bits of the checksum at once, as two numbers: BigInt would take a minute for a gigabyte. */
const { low: LOW, high: HIGH } = tables()

function tables(): { readonly low: Uint32Array; readonly high: Uint32Array } {
  const low = new Uint32Array(256)
  const high = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n
    low[byte] = Number(crc & HALF)
    high[byte] = Number(crc >> 32n)
  }
  return { low, high }
}

/** The CRC-64 of Jones as Redis has it: reflected, begins with 0. */
export interface Crc64 {
  take(bytes: Buffer): void
  /** As Redis writes it: 8 bytes, the least first. */
  digest(): Buffer
}

/** Of nothing yet. */
export function crc64(): Crc64 {
  let low = 0
  let high = 0
  return {
    take: (bytes) => {
      for (const byte of bytes) {
        const at = (low ^ byte) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ (LOW[at] ?? 0)
        high = (high >>> 8) ^ (HIGH[at] ?? 0)
      }
    },
    digest: () => {
      const bytes = Buffer.alloc(8)
      bytes.writeUInt32LE(low >>> 0, 0)
      bytes.writeUInt32LE(high >>> 0, 4)
      return bytes
    },
  }
}
