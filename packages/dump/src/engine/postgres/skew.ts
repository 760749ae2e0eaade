import { majorOf } from '../../version.ts'

const MAGIC = 'PGDMP'
/** Magic, three bytes of the format's version, sizes of integers and offsets, the kind of archive. */
const FIXED = MAGIC.length + 6
/** Seconds, minutes, hours, day, month, year, whether it is summer. */
const TIMES = 7
/** From this minor version of the format on, the compression is one byte and not an integer. */
const NAMED_COMPRESSION = 15

/** PostgreSQL takes dumps of its own major version and of older ones; a newer one may say what it does not know. */
export function archiveSkew(head: Buffer, server: string): string | undefined {
  const dumped = serverOfArchive(head)
  if (dumped === undefined || majorOf(dumped) <= majorOf(server)) return undefined
  return `the dump is of PostgreSQL ${dumped}, and the server is ${server}`
}

/** The version of the server that an archive is of; undefined for what is none. It is the text after the name of the database. */
export function serverOfArchive(head: Buffer): string | undefined {
  if (head.length < FIXED || head.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) return undefined
  const [minor = 0, size = 4] = [head[MAGIC.length + 1], head[MAGIC.length + 3]]
  const integer = 1 + size
  const name = FIXED + (minor >= NAMED_COMPRESSION ? 1 : integer) + TIMES * integer
  return textAt(head, name + integer + lengthAt(head, name), integer)
}

function textAt(head: Buffer, at: number, integer: number): string | undefined {
  const begin = at + integer
  const end = begin + lengthAt(head, at)
  return end > begin && end <= head.length ? head.subarray(begin, end).toString() : undefined
}

/** An integer is its sign and then its bytes, the least first. */
function lengthAt(head: Buffer, at: number): number {
  return at + 5 <= head.length && head[at] === 0 ? head.readUInt32LE(at + 1) : 0
}
