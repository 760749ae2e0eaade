import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'

/** What a process can see of itself from inside. */
export interface SelfView {
  /** `/proc/self/cgroup`. */
  readonly cgroup: string
  /** `/proc/self/mountinfo`. */
  readonly mountinfo: string
  readonly hostname: string
}

/** Tells the container that this process runs in from all others. */
export type IsOwn = (container: { readonly id: string; readonly hostname?: string }) => boolean

const ID = /[0-9a-f]{64}/
/** The files that the engine mounts into every container come from a directory named for the container. */
const ENGINE_FILES = new Set(['/etc/hostname', '/etc/hosts', '/etc/resolv.conf'])

/** Looks at this process once. */
export async function ownContainer(): Promise<IsOwn> {
  const [cgroup, mountinfo] = await Promise.all([read('/proc/self/cgroup'), read('/proc/self/mountinfo')])
  return isOwnBy({ cgroup, mountinfo, hostname: hostname() })
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

/**
 * Any of three signs will do: the id in the path of the own control group (version 1, and version 2 without a namespace
 * of its own), the id in the path of the mounted `/etc/hostname` and its like, and a host name that is the short id.
 */
export function isOwnBy({ cgroup, mountinfo, hostname: name }: SelfView): IsOwn {
  const ids = new Set([...idsInCgroup(cgroup), ...idsInMounts(mountinfo)])
  return (container) => ids.has(container.id) || (/^[0-9a-f]{12}$/.test(name) && container.id.startsWith(name))
}

function idsInCgroup(cgroup: string): readonly string[] {
  return cgroup.split('\n').flatMap((line) => {
    // The innermost one: in a container within a container the outer id comes first.
    const [last] = (line.split(':')[2] ?? '')
      .split('/')
      .toReversed()
      .flatMap((part) => ID.exec(part)?.[0] ?? [])
    return last === undefined ? [] : [last]
  })
}

function idsInMounts(mountinfo: string): readonly string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [, , , root = '', mountPoint = ''] = line.split(' ')
    const id = ENGINE_FILES.has(mountPoint) ? /\/containers\/([0-9a-f]{64})\//.exec(root)?.[1] : undefined
    return id === undefined ? [] : [id]
  })
}
