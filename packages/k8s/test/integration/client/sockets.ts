import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The most connections of this process to a server at one time, while `work` runs; looked at each 25 ms. */
export async function mostConnections(server: string, work: () => Promise<void>): Promise<number> {
  let most = 0
  const look = setInterval(() => {
    most = Math.max(most, connectionsTo(server))
  }, 25)
  try {
    await work()
    return most
  } finally {
    clearInterval(look)
  }
}

function connectionsTo(server: string): number {
  const { hostname, port } = new URL(server)
  const far = `${hostname
    .split('.')
    .toReversed()
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')}:${Number(port).toString(16).padStart(4, '0')}`.toUpperCase()
  const inodes = new Set(
    readFileSync('/proc/self/net/tcp', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[2] === far)
      .map((fields) => fields[9]),
  )
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return inodes.has(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1])
    } catch {
      return false
    }
  }).length
}
