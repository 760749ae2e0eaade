/** What a path of a tree can be. A `hardlink` is another name of a file (or symlink, fifo, device) named before it. */
export type EntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'fifo' | 'character-device' | 'block-device'

/**
 * One path of an archived tree and all that is kept of it. Names are bytes, not text; here each byte is one character
 * (latin1), so that names compare and sort by their bytes.
 */
export interface Entry {
  /** Relative to the root, `.` for the root itself; without a slash at the end. */
  readonly path: string
  readonly type: EntryType
  /** The permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Decimal seconds since 1970 with up to nine places and no zeros at the end: `1795248843.273519522`, `-1.5`. */
  readonly mtime: string
  /** Of a file, with its holes. */
  readonly size?: number
  /** Of a file's whole content, holes read as zeros; hexadecimal. */
  readonly sha256?: string
  /** In its place for a file with long holes: the SHA-256 over the blocks of it that are not all zeros, see `blocksHash`. */
  readonly blocksSha256?: string
  /** Where a symlink points, byte for byte; the path that a hard link is another name of. */
  readonly target?: string
  /** Major and minor number. */
  readonly device?: readonly [number, number]
  /** Sorted by name. ACLs are among them as the kernel has them: `system.posix_acl_access`, `system.posix_acl_default`. */
  readonly xattrs?: readonly Xattr[]
}

/** The hash of a file's content, of either kind. */
export type ContentHash = { readonly sha256: string } | { readonly blocksSha256: string }

/** An extended attribute; name and value as latin1 text. */
export type Xattr = readonly [name: string, value: string]

/** Orders paths as `tar --sort=name` writes them: by name within each directory, a directory right before its content. */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0
  if (a === '.') return -1
  if (b === '.') return 1
  const end = Math.min(a.length, b.length)
  for (let at = 0; at < end; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** The slash comes before every byte of a name. */
function rank(byte: number): number {
  return byte === 0x2f ? 0 : byte
}
