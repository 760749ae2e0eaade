/** A string, whose length stands before it. */
const FIELD = '\u0002server_version\0'

/** The archive says of which server it is. One of an older feature version may not know what is in it. */
export function mongoSkew(head: Buffer, server: string): string | undefined {
  const at = head.indexOf(FIELD)
  const [version] = /^\d+\.\d+[\d.]*/.exec(head.toString('latin1', at + FIELD.length + 4)) ?? []
  if (at < 0 || version === undefined || !/^\d+\.\d+/.test(server)) return undefined
  return rank(version) > rank(server) ? `it is of MongoDB ${version}, and this is ${server}` : undefined
}

function rank(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major * 1000 + minor
}
