import { SalvageError } from '@salvage-kit/core'
import type { Entry, EntryType, Xattr } from '../entry.ts'
import type { Header } from './header.ts'
import { paxNumber, paxText } from './pax.ts'
import type { PaxRecords } from './pax.ts'

const XATTR = 'SCHILY.xattr.'

/** Whether content may follow a header of this type. */
export function isFile(typeflag: string): boolean {
  return typeflag === '0' || typeflag === '\0' || typeflag === '7'
}

/** Puts together what header, pax records and content say of one entry. Throws `ARCHIVE.TAR_UNREADABLE`. */
export function entryOf(
  header: Header,
  records: PaxRecords,
  content: Pick<Entry, 'size' | 'sha256' | 'blocksSha256'>,
): Entry {
  const name = paxText(records, 'GNU.sparse.name') ?? paxText(records, 'path') ?? header.name
  const type = name.endsWith('/') && isFile(header.typeflag) ? 'directory' : typeOf(header.typeflag)
  const link = paxText(records, 'linkpath') ?? header.linkname
  const xattrs = xattrsOf(records)
  return {
    path: relative(name),
    type,
    mode: header.mode,
    uid: paxNumber(records, 'uid') ?? header.uid,
    gid: paxNumber(records, 'gid') ?? header.gid,
    mtime: shortest(paxText(records, 'mtime') ?? String(header.mtime)),
    ...(type === 'file' ? content : {}),
    ...(type === 'symlink' ? { target: link } : {}),
    ...(type === 'hardlink' ? { target: relative(link) } : {}),
    ...(type === 'character-device' || type === 'block-device' ? { device: [header.devMajor, header.devMinor] } : {}),
    ...(xattrs.length === 0 ? {} : { xattrs }),
  }
}

function typeOf(typeflag: string): EntryType {
  if (isFile(typeflag)) return 'file'
  switch (typeflag) {
    case '1':
      return 'hardlink'
    case '2':
      return 'symlink'
    case '3':
      return 'character-device'
    case '4':
      return 'block-device'
    case '5':
      return 'directory'
    case '6':
      return 'fifo'
    default:
      throw new SalvageError(
        'ARCHIVE.TAR_UNREADABLE',
        `the tar stream holds an entry of unknown type ${JSON.stringify(typeflag)}`,
      )
  }
}

function relative(name: string): string {
  const path = name.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '')
  return path === '' ? '.' : path
}

function shortest(seconds: string): string {
  return seconds.includes('.') ? seconds.replace(/\.?0+$/, '') : seconds
}

/** GNU tar writes `%` and `=` of an attribute's name as `%25` and `%3D`. */
function xattrsOf(records: PaxRecords): readonly Xattr[] {
  if (records.size === 0) return []
  const found: Xattr[] = []
  for (const [key, value] of records) {
    if (!key.startsWith(XATTR)) continue
    const name = key.slice(XATTR.length).replaceAll('%3D', '=').replaceAll('%25', '%')
    found.push([name, value.toString('latin1')])
  }
  return found.toSorted(([a], [b]) => (a < b ? -1 : 1))
}
