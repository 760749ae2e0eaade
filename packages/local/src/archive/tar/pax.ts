import { SalvageError } from '@salvage-kit/core'

/** Records of a pax header: keys as latin1 text, values as the bytes that they are. */
export type PaxRecords = Map<string, Buffer>

const EQUALS = 0x3d
const SPACE = 0x20
const NEWLINE = 0x0a

/** Adds the records of a pax header's body to `records`; a later one wins. Throws `ARCHIVE.TAR_UNREADABLE`. */
export function readPax(body: Buffer, records: PaxRecords): void {
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(SPACE, at)
    const digits = space === -1 ? '' : body.toString('latin1', at, space)
    const end = at + (/^[1-9]\d*$/.test(digits) ? Number(digits) : 0)
    const equals = body.indexOf(EQUALS, space + 1)
    if (end <= space + 1 || end > body.length || equals === -1 || equals >= end || body[end - 1] !== NEWLINE)
      throw new SalvageError('ARCHIVE.TAR_UNREADABLE', 'a pax header in the tar stream has a wrong record')
    // A copy: the body may be a view of a chunk that is used again.
    records.set(body.toString('latin1', space + 1, equals), Buffer.from(body.subarray(equals + 1, end - 1)))
    at = end
  }
}

/** A record that must be a whole number not below zero. Throws `ARCHIVE.TAR_UNREADABLE`. */
export function paxNumber(records: PaxRecords, key: string): number | undefined {
  const text = paxText(records, key)
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw new SalvageError('ARCHIVE.TAR_UNREADABLE', `the pax record ${key} in the tar stream is no number`)
}

/** A record as latin1 text. */
export function paxText(records: PaxRecords, key: string): string | undefined {
  return records.get(key)?.toString('latin1')
}
