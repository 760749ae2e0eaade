import { createHash, randomInt } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { command, succeeds } from '../../command.ts'

/** The pair of addresses between this machine and a node: nothing else of the node's network is seen here. */
export interface Link {
  /** Of the interface on this machine. */
  readonly name: string
  /** On this machine; the API server listens here. */
  readonly host: string
  /** Of the node. */
  readonly node: string
}

/** A link that is not made yet. Its addresses are of the range for tests of networks, above that of the pods. */
export function newLink(folder: string): Link {
  const taken = new Set(
    Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address }) => address),
  )
  for (;;) {
    const base = `198.18.${String(randomInt(128, 256))}`
    const first = randomInt(0, 64) * 4
    const host = `${base}.${String(first + 1)}`
    if (!taken.has(host)) return { name: linkName(folder), host, node: `${base}.${String(first + 2)}` }
  }
}

/** Makes this machine's end, with its address: something can listen there before there is a node. */
export async function makeLink(link: Link): Promise<void> {
  await command('ip', ['link', 'add', link.name, 'type', 'veth', 'peer', 'name', peerOf(link)])
  await command('ip', ['address', 'add', `${link.host}/30`, 'dev', link.name])
  await command('ip', ['link', 'set', link.name, 'up'])
}

/** Moves the other end into a node. */
export async function joinLink(link: Link, enter: readonly string[]): Promise<void> {
  const pid = /\/proc\/(\d+)\/ns/.exec(enter.join(' '))?.[1] ?? ''
  await command('ip', ['link', 'set', peerOf(link), 'netns', pid])
  const [file = '', ...args] = enter
  const inside = async (...words: readonly string[]): Promise<string> => command(file, [...args, 'ip', ...words])
  await inside('link', 'set', peerOf(link), 'name', 'eth0')
  await inside('address', 'add', `${link.node}/30`, 'dev', 'eth0')
  await inside('link', 'set', 'eth0', 'up')
  await inside('route', 'add', 'default', 'via', link.host)
}

/** Takes this machine's end away, and the other with it. */
export async function removeLink(folder: string): Promise<void> {
  await succeeds('ip', ['link', 'delete', linkName(folder)])
}

function linkName(folder: string): string {
  return `sk${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`
}

function peerOf(link: Link): string {
  return `${link.name}n`
}
