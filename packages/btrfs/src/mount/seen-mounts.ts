import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { mountAbove, parseMounts } from '../subvolume/mounts.ts'
import { placeIn } from '../subvolume/path-in-file-system.ts'

/** The kernel's number of the first pid namespace: who is in it sees every process of the machine. PROC_PID_INIT_INO. */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]'

/** What processes have of a directory: containers' bind mounts above all. */
export interface SeenMounts {
  /** One process of each mount namespace in which the directory, or something below it, is mounted by itself. */
  readonly processes: readonly number[]
  /** Whether every process of the machine was seen; not so inside of a container. */
  readonly isWhole: boolean
}

/**
 * Looks into all mount namespaces for mounts of one subvolume, or of parts of it. The mount of the whole file system
 * through which `directory` is reached does not count. Starts no process.
 */
export async function seenMounts(directory: string): Promise<SeenMounts> {
  const real = await realpath(directory)
  const mounts = parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'))
  const root = `/${placeIn(mounts, real)}`
  const device = mountAbove(mounts, real)?.device
  const seen = new Set<string>()
  const processes: number[] = []
  const threads = kernelThreads()
  // The kernel answers from memory: waiting for each answer would take longer than all of them.
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || threads.has(entry)) continue
    try {
      const namespace = readlinkSync(`/proc/${entry}/ns/mnt`)
      if (seen.has(namespace)) continue
      const mountinfo = readFileSync(`/proc/${entry}/mountinfo`, 'utf8')
      seen.add(namespace)
      if (shows(mountinfo, device, root)) processes.push(Number(entry))
    } catch {
      // It ended meanwhile, or shows nothing any more: then it has no mounts either.
    }
  }
  return { processes, isWhole: readlinkSync('/proc/self/ns/pid') === FIRST_PID_NAMESPACE }
}

/** The flags of the process are the seventh field behind its name. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const FLAGS = /^2 \(.*\) \S(?: -?\d+){5} (\d+) /
/** PF_KTHREAD of the kernel. */
const OF_KERNEL = 0x0020_0000

/**
 * Threads of the kernel, which have no mounts of their own and are most of the processes of a small machine. All are children
 * of process 2, where that one is such a thread itself: in another pid namespace it is somebody else.
 */
function kernelThreads(): ReadonlySet<string> {
  try {
    const [, flags] = FLAGS.exec(readFileSync('/proc/2/stat', 'utf8')) ?? []
    if ((Number(flags) & OF_KERNEL) === 0) return new Set()
    return new Set(readFileSync('/proc/2/task/2/children', 'utf8').split(' '))
  } catch {
    // The kernel may be built without it.
    return new Set()
  }
}

/** What is written there as it is. */
const PLAIN = /^[/A-Za-z0-9._-]+$/

/** https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html: field 3 is the device, field 4 the mounted root. */
export function shows(mountinfo: string, device: string | undefined, root: string): boolean {
  // A machine with many containers has thousands of lines, and nearly none is about this.
  const last = root.slice(root.lastIndexOf('/'))
  if (device === undefined || !mountinfo.includes(` ${device} `)) return false
  if (PLAIN.test(last) && !mountinfo.includes(last)) return false
  return mountinfo.split('\n').some((line) => {
    const [, , where, mounted = ''] = line.split(' ')
    if (where !== device) return false
    // A directory that was removed under a mount: the words stand after it.
    const path = unescaped(mounted).replace(/\/\/deleted$/, '')
    return path === root || path.startsWith(`${root}/`)
  })
}

function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
