const POLYNOMIAL = 0x04_c1_1d_b7
const TOP_BIT = 0x80_00_00_00

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit += 1) value = (value & TOP_BIT) === 0 ? value << 1 : (value << 1) ^ POLYNOMIAL
  return value
})

/** The CRC of POSIX `cksum` over bytes as they come. */
export interface Cksum {
  update(bytes: Uint8Array): void
  /** As `cksum` prints it. No byte may come after. */
  digest(): string
}

/** For containers without `sha256sum`. */
export function cksum(): Cksum {
  let crc = 0
  let length = 0
  const add = (byte: number): void => {
    crc = (crc << 8) ^ (TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)
  }
  return {
    update(bytes): void {
      for (const byte of bytes) add(byte)
      length += bytes.length
    },
    digest(): string {
      for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) add(rest % 256)
      return String(~crc >>> 0)
    },
  }
}
