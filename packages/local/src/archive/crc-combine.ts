/** The CRC polynomial, reflected as zlib has it. */
const POLYNOMIAL = 0xedb88320

/**
 * The CRC-32 of two pieces of which each has its own, without reading them again: zlib's `crc32_combine`. To append a
 * zero bit to a piece is a linear map of its CRC, so many of them are powers of that map. `length` is that of the second.
 */
export function combinedCrc32(first: number, second: number, length: number): number {
  let map: number[] = [POLYNOMIAL, ...Array.from({ length: 31 }, (_, bit) => 1 << bit)]
  // One bit, then two, four, and eight: one byte.
  for (let doubling = 0; doubling < 3; doubling++) map = squared(map)
  let sum = first
  for (let left = length; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) sum = applied(map, sum)
    map = squared(map)
  }
  return (sum ^ second) >>> 0
}

function squared(map: readonly number[]): number[] {
  return map.map((column) => applied(map, column))
}

/** The product of a matrix over single bits with a vector of 32 bits. */
function applied(map: readonly number[], vector: number): number {
  let sum = 0
  for (const [bit, column] of map.entries()) if (((vector >>> bit) & 1) === 1) sum ^= column
  return sum
}
