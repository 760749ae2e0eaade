import { majorOf } from '../../version.ts'

const MAGIC = 'PGDMP'

/** PostgreSQL takes dumps of its own major version and of older ones; a newer one may say what it does not know. */
export function archiveSkew(head: Buffer, server: string): string | undefined {
  const dumped = serverOfArchive(head)
  if (dumped === undefined || majorOf(dumped) <= majorOf(server)) return undefined
  return `the dump is of PostgreSQL ${dumped}, and the server is ${server}`
}

/** The version of the server that an archive is of; undefined for what is none. In the head texts have their lengths before them. */
export function serverOfArchive(head: Buffer): string | undefined {
  if (head.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) return undefined
  const [text] = /(?<=\0)\d+(?:\.\d+|devel|beta\d|rc\d)[^\0]*/.exec(head.toString('latin1')) ?? []
  return text?.trim()
}
