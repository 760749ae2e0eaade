import { SalvageError } from '@salvage-kit/core'

const BLOCK = 512
/** Entries that only describe the one that follows them. */
const DESCRIBING = new Set(['x', 'g', 'L', 'K'])
const PLAIN = new Set(['0', '\0', ''])

/** Takes a tar in pieces and gives the content of the one plain file in it. */
export interface TarFile {
  /** Throws `DOCKER.FILE` as soon as it is clear that there is no such file in it, or that it is too long. */
  add(piece: Uint8Array): void
  /** Throws `DOCKER.FILE` when the tar broke off. */
  end(): Uint8Array
}

/** Reads the tar that the engine makes of one path, in whatever pieces it comes; keeps at most `limitBytes` of it. */
export function tarFile(what: string, limitBytes: number): TarFile {
  let header: Uint8Array = new Uint8Array(0)
  let skip = 0
  let left: number | undefined
  const content: Uint8Array[] = []

  const begin = (block: Uint8Array): void => {
    const type = String.fromCharCode(block[156] ?? 0).trim()
    const length = lengthIn(block)
    if (length === undefined) throw wrong(what, 'the engine sent no tar')
    if (DESCRIBING.has(type)) skip = Math.ceil(length / BLOCK) * BLOCK
    else if (!PLAIN.has(type)) throw wrong(what, 'it is not a plain file')
    else if (length > limitBytes)
      throw wrong(what, `it has ${String(length)} bytes, and ${String(limitBytes)} is the most`)
    else left = length
  }
  return {
    add(piece) {
      let rest = piece
      while (rest.length > 0 && left !== 0) {
        if (skip > 0) {
          const passed = Math.min(skip, rest.length)
          skip -= passed
          rest = rest.subarray(passed)
        } else if (left === undefined) {
          const taken = rest.subarray(0, BLOCK - header.length)
          header = Buffer.concat([header, taken])
          rest = rest.subarray(taken.length)
          if (header.length < BLOCK) return
          begin(header)
          header = new Uint8Array(0)
        } else {
          const taken = rest.subarray(0, left)
          content.push(taken)
          left -= taken.length
          rest = rest.subarray(taken.length)
        }
      }
    },
    end() {
      if (left !== 0) throw wrong(what, 'the engine sent only a part of it')
      return Buffer.concat(content)
    },
  }
}

/** Octal digits; a length that does not fit is written in base 256, and is too long for anybody here. */
function lengthIn(block: Uint8Array): number | undefined {
  const field = Buffer.from(block.subarray(124, 136)).toString('latin1')
  const digits = /^ *([0-7]+)[ \0]*$/.exec(field)?.[1]
  if (digits !== undefined) return Number.parseInt(digits, 8)
  return ((block[124] ?? 0) & 0x80) === 0 ? undefined : Number.MAX_SAFE_INTEGER
}

function wrong(what: string, why: string): SalvageError {
  return new SalvageError('DOCKER.FILE', `${what}: it cannot be read`, { why })
}
