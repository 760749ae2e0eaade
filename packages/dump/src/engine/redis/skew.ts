/** The last version of the format that a server reads, by the version from which on it does; nothing is known of newer ones. */
const REDIS: readonly (readonly [version: number, format: number])[] = [
  [3.2, 7],
  [4, 8],
  [5, 9],
  [7, 10],
  [7.2, 11],
  [7.4, 12],
]
const VALKEY: readonly (readonly [version: number, format: number])[] = [
  [7.2, 11],
  [9, 80],
]
const NEWEST = { redis: 8, valkey: 9 }

/** By the number of the format: an older server refuses a newer one, and Redis refuses what Valkey made since 9. */
export function rdbSkew(head: Buffer, server: string): string | undefined {
  const [, magic, digits] = /^(REDIS|VALKEY)(\d{3,4})/.exec(head.subarray(0, 10).toString('latin1')) ?? []
  const [, name, version] = /^(redis|valkey) (\d+\.\d+)/.exec(server) ?? []
  if (magic === undefined || (name !== 'redis' && name !== 'valkey') || version === undefined) return undefined
  if (magic === 'VALKEY' && name === 'redis') return `it was made by Valkey, and this is ${server}`
  if (Number(version) > NEWEST[name]) return undefined
  const format = Number(digits)
  const known = (name === 'redis' ? REDIS : VALKEY).findLast(([from]) => from <= Number(version))?.[1] ?? 6
  return format > known ? `it has version ${format} of the format, and ${server} reads those up to ${known}` : undefined
}
