const HALF = 0xffff_ffffn

/** Eight bits of the checksum at once, as two numbers: BigInt would take a minute for a gigabyte. */
interface Tables {
  readonly low: Uint32Array
  readonly high: Uint32Array
}

function tablesOf(polynomial: bigint): Tables {
  const low = new Uint32Array(256)
  const high = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ polynomial : crc >> 1n
    low[byte] = Number(crc & HALF)
    high[byte] = Number(crc >> 32n)
  }
  return { low, high }
}

/** A CRC-64 whose bits are reflected. */
export interface Crc64 {
  take(bytes: Buffer): void
  /** 8 bytes, the least first. */
  digest(): Buffer
}

/** Makes checksums; each is of nothing yet. */
export type Crc64Maker = () => Crc64

const JONES = tablesOf(0x95ac9329ac4bc9b5n)
const ECMA = tablesOf(0xc96c5795d7870f42n)

/** Of Jones, as Redis has it: begins with 0. */
export const jonesCrc64: Crc64Maker = () => crc64(JONES, 0)

/** Of ECMA 182, as Go and XZ have it: begins and ends with all bits turned. */
export const ecmaCrc64: Crc64Maker = () => crc64(ECMA, 0xffff_ffff)

function crc64(tables: Tables, turned: number): Crc64 {
  let low = turned
  let high = turned
  return {
    take: (bytes) => {
      for (const byte of bytes) {
        const at = (low ^ byte) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ (tables.low[at] ?? 0)
        high = (high >>> 8) ^ (tables.high[at] ?? 0)
      }
    },
    digest: () => {
      const bytes = Buffer.alloc(8)
      bytes.writeUInt32LE((low ^ turned) >>> 0, 0)
      bytes.writeUInt32LE((high ^ turned) >>> 0, 4)
      return bytes
    },
  }
}
