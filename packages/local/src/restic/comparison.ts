import type { Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { ListedNode } from './listing-schema.ts'

/** Some file systems keep even seconds only. */
const MTIME_MS = 2_000
const REPLACED = '\uFFFD'

/** Compares what stands in a directory with what a snapshot lists. */
export interface Comparison {
  /** Takes one entry of the listing; `root` is the path of the directory in the snapshot. Rejects with `RESTORE.DIFFERS`. */
  node(node: ListedNode, root: string): Promise<void>
  /** After the last: nothing more may stand there, and nothing less. Rejects with `RESTORE.DIFFERS`. */
  end(): Promise<{ readonly bytes: number; readonly files: number }>
}

/** A comparison with the content of `place`. */
export function comparison(place: string): Comparison {
  let entries = 0
  let files = 0
  let bytes = 0
  return {
    node: async (node, root) => {
      const inside = root === sep ? sep : root + sep
      // The directories around it, and what restic does not restore.
      if ((node.path !== root && !node.path.startsWith(inside)) || node.type === 'socket') return
      const name = node.path.slice(inside.length)
      if (node.path !== root) entries += 1
      if (node.type === 'file') {
        files += 1
        bytes += node.size ?? 0
      }
      // A name that is no UTF-8 is only counted.
      if (name.includes(REPLACED)) return
      const path = join(place, name)
      const found = await lstat(path).catch(() => undefined)
      const difference = found === undefined ? 'it is not there' : differenceOf(node, found)
      if (difference !== undefined) throw differs(path, difference)
    },
    end: async () => {
      const there = await countIn(Buffer.from(place))
      if (there !== entries) throw differs(place, `it holds ${String(there)} entries, the archive ${String(entries)}`)
      return { bytes, files }
    },
  }
}

function differenceOf(node: ListedNode, found: Stats): string | undefined {
  const type = typeOf(found)
  if (type !== node.type) return `it is a ${type}, the archive has a ${node.type}`
  const root = process.geteuid?.() === 0
  if (root && (found.uid !== node.uid || found.gid !== node.gid))
    return `it belongs to ${String(found.uid)}:${String(found.gid)}, in the archive to ${String(node.uid)}:${String(node.gid)}`
  if (type !== 'file' && type !== 'dir') return undefined
  if ((found.mode & 0o777) !== (node.mode & 0o777))
    return `its mode is ${(found.mode & 0o777).toString(8)}, in the archive ${(node.mode & 0o777).toString(8)}`
  if (Math.abs(found.mtimeMs - Date.parse(node.mtime)) >= MTIME_MS) return 'its modification time is another'
  if (type === 'file' && found.size !== (node.size ?? 0))
    return `it has ${String(found.size)} bytes, in the archive ${String(node.size ?? 0)}`
  return undefined
}

/** The type in restic's words. */
function typeOf(found: Stats): string {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'dir'
  if (found.isSymbolicLink()) return 'symlink'
  if (found.isFIFO()) return 'fifo'
  if (found.isCharacterDevice()) return 'chardev'
  return found.isBlockDevice() ? 'dev' : 'socket'
}

async function countIn(folder: Buffer): Promise<number> {
  let count = 0
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    count += 1
    if (entry.isDirectory()) count += await countIn(Buffer.concat([folder, Buffer.from(sep), entry.name]))
  }
  return count
}

function differs(path: string, why: string): SalvageError {
  return new SalvageError('RESTORE.DIFFERS', `${path} is not what the archive says`, {
    why,
    hint: 'somebody else may write there; restore again into another place',
  })
}
