import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { SalvageError } from '@salvage-kit/core'
import type { Entry } from './entry.ts'

const printableAscii = /^[ -~]*$/
const base64 = z.base64().transform((text) => Buffer.from(text, 'base64').toString('latin1'))
const text = z.string().transform((value) => Buffer.from(value).toString('latin1'))

/** One line of a manifest, as it is in the file. Names that are no valid UTF-8 stand in the `…Base64` fields instead. */
const line = z.strictObject({
  path: text.exactOptional(),
  pathBase64: base64.exactOptional(),
  type: z.enum(['file', 'directory', 'symlink', 'hardlink', 'fifo', 'character-device', 'block-device']),
  mode: z
    .string()
    .regex(/^0[0-7]{1,4}$/)
    .transform((digits) => Number.parseInt(digits, 8)),
  uid: z.int(),
  gid: z.int(),
  mtime: z.string(),
  size: z.int().exactOptional(),
  sha256: z.string().exactOptional(),
  blocksSha256: z.string().exactOptional(),
  target: text.exactOptional(),
  targetBase64: base64.exactOptional(),
  device: z.tuple([z.int(), z.int()]).exactOptional(),
  xattrs: z.array(z.tuple([text, base64])).exactOptional(),
  xattrsBase64: z.array(z.tuple([base64, base64])).exactOptional(),
})

/** One entry as a line of JSON without its newline. The same entry always gives the same line. */
export function lineOf(entry: Entry): string {
  const { path, type, mode, uid, gid, mtime, size, sha256, blocksSha256, target, device, xattrs } = entry
  return JSON.stringify({
    ...named('path', path),
    type,
    mode: `0${mode.toString(8)}`,
    uid,
    gid,
    mtime,
    size,
    sha256,
    blocksSha256,
    ...(target === undefined ? {} : named('target', target)),
    device,
    ...(xattrs === undefined ? {} : namedXattrs(xattrs)),
  })
}

/** Reads a line of a manifest. Throws `ARCHIVE.DAMAGED` when it is none. */
export function entryOfLine(json: string): Entry {
  const { pathBase64, targetBase64, xattrsBase64, ...rest } = parsed(json)
  const path = rest.path ?? pathBase64
  if (path === undefined) throw damaged('it has no path')
  const target = rest.target ?? targetBase64
  const xattrs = rest.xattrs ?? xattrsBase64
  return { ...rest, path, ...(target === undefined ? {} : { target }), ...(xattrs === undefined ? {} : { xattrs }) }
}

function parsed(json: string): z.infer<typeof line> {
  try {
    return line.parse(JSON.parse(json))
  } catch (error) {
    throw damaged(error instanceof z.ZodError ? z.prettifyError(error) : String(error))
  }
}

function damaged(why: string): SalvageError {
  return new SalvageError('ARCHIVE.DAMAGED', 'the manifest holds a line that cannot be read', { why })
}

function named(key: string, name: string): { readonly [key: string]: string } {
  if (printableAscii.test(name)) return { [key]: name }
  const bytes = Buffer.from(name, 'latin1')
  return isUtf8(bytes) ? { [key]: bytes.toString() } : { [`${key}Base64`]: bytes.toString('base64') }
}

function namedXattrs(xattrs: NonNullable<Entry['xattrs']>): object {
  const plain = xattrs.every(([name]) => isUtf8(Buffer.from(name, 'latin1')))
  const pairs = xattrs.map(([name, value]) => [
    Buffer.from(name, 'latin1').toString(plain ? 'utf8' : 'base64'),
    Buffer.from(value, 'latin1').toString('base64'),
  ])
  return plain ? { xattrs: pairs } : { xattrsBase64: pairs }
}
