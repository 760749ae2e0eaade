import { majorOf } from '../../version.ts'

const SERVER = /^-- Server version\s+(\S+)/m

/** SQL of one of the two says what the other does not know; each takes dumps of its own major version and of older ones. */
export function sqlSkew(head: Buffer, server: string): string | undefined {
  const dumped = SERVER.exec(head.toString('latin1'))?.[1]
  if (dumped === undefined) return undefined
  const same = isMaria(dumped) === isMaria(server)
  if (same && majorOf(dumped) <= majorOf(server)) return undefined
  return `the dump is of ${nameOf(dumped)} ${dumped}, and the server is ${nameOf(server)} ${server}`
}

function isMaria(version: string): boolean {
  return /mariadb/i.test(version)
}

function nameOf(version: string): string {
  return isMaria(version) ? 'MariaDB' : 'MySQL'
}
