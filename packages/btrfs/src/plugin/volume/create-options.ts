import { didYouMean, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'

/** How a volume is made. */
export interface CreateOptions {
  /** Without it data is overwritten in place: quicker for databases, and neither compressed nor protected by checksums. */
  readonly copyOnWrite: boolean
  readonly compression?: 'zlib' | 'lzo' | 'zstd'
  /** The most that it may hold, in bytes. */
  readonly size?: number
}

const KNOWN = ['copyonwrite', 'compression', 'size'] as const
const UNITS = 'kmgtpe'
const SIZE = /^(\d+(?:\.\d+)?)\s*(?:([kmgtpe])i?)?b?$/i

/**
 * Reads what `docker volume create --opt` gives, in any case. Copy-on-write is off unless it or compression is asked for.
 * An option that nobody knows is a finding `VOLUME.OPTION_UNKNOWN`, for compose files may hold some. Throws
 * `VOLUME.OPTIONS` for a value that means nothing, and for compression without copy-on-write.
 */
export function readCreateOptions(given: Readonly<Record<string, string>>): {
  readonly options: CreateOptions
  readonly findings: readonly Finding[]
} {
  const copyOnWrite = readCopyOnWrite(given['copyonwrite'])
  const compression = readCompression(given['compression'])
  const size = readSize(given['size'])
  if (copyOnWrite === false && compression !== undefined)
    throw badOption('copyonwrite=false and compression go against each other', 'BTRFS compresses only what it copies')
  const options: CreateOptions = {
    copyOnWrite: copyOnWrite ?? compression !== undefined,
    ...(compression === undefined ? {} : { compression }),
    ...(size === undefined ? {} : { size }),
  }
  return { options, findings: Object.keys(given).flatMap(unknownOption) }
}

function readCopyOnWrite(text: string | undefined): boolean | undefined {
  switch (text?.toLowerCase()) {
    case undefined:
    case '':
      return undefined
    case 'true':
      return true
    case 'false':
      return false
    default:
      throw badOption(`copyonwrite=${JSON.stringify(text)} means nothing`, 'it is "true" or "false"')
  }
}

function readCompression(text: string | undefined): CreateOptions['compression'] {
  const word = text?.toLowerCase()
  switch (word) {
    case undefined:
    case '':
    case 'false':
      return undefined
    case 'true':
      return 'zstd'
    case 'zlib':
    case 'lzo':
    case 'zstd':
      return word
    default:
      throw badOption(
        `compression=${JSON.stringify(text)} means nothing`,
        'it is "true", "false", "zlib", "lzo" or "zstd"',
      )
  }
}

function readSize(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const [, number = '', unit = ''] = SIZE.exec(text) ?? []
  const power = unit === '' ? 0 : UNITS.indexOf(unit.toLowerCase()) + 1
  const bytes = Math.round(Number(number) * 1024 ** power)
  if (number !== '' && bytes > 0 && Number.isSafeInteger(bytes)) return bytes
  throw badOption(`size=${JSON.stringify(text)} means nothing`, 'it is a number of bytes such as 500M or 10G')
}

function unknownOption(name: string): readonly Finding[] {
  if (KNOWN.some((known) => known === name)) return []
  return [
    {
      code: 'VOLUME.OPTION_UNKNOWN',
      message: `the volume option ${JSON.stringify(name)} is unknown, and was not looked at`,
      hint: didYouMean(name, KNOWN) ?? `there are ${KNOWN.join(', ')}`,
    },
  ]
}

function badOption(message: string, why: string): SalvageError {
  return new SalvageError('VOLUME.OPTIONS', message, { why, hint: 'give other volume options', untouched: true })
}
