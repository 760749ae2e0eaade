import { constants, open } from 'node:fs/promises'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { Redactor } from '@salvage-kit/core'
import type { Reading } from '@salvage-kit/notify'

/** More than any address, token or chain of certificates. */
const LONGEST_BYTES = 1_048_576
/** A part of an address that is shorter is a word, not a secret, and would mask half of every text. */
const SHORTEST_PART = 12

/** Reads secrets and makes them known to the redactor, with the parts of an address that are secrets by themselves. */
export function secretReading(redactor: Redactor): Reading {
  return {
    secret: async (secret) => {
      const value = 'file' in secret ? (await readText(secret.file)).replace(/\r?\n$/, '') : secret.value
      for (const part of partsOf(value)) redactor.add(part)
      return value
    },
    text: readText,
  }
}

/** The content of a file that reports need. Rejects with `REPORT.SECRET`, also for what is empty, no file, or far too large. */
export async function readText(file: string): Promise<string> {
  try {
    // Without waiting: a named pipe that nobody writes to would hold the reports for ever.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const found = await handle.stat()
    if (!found.isFile()) throw new Error('it is no file')
    if (found.size > LONGEST_BYTES) throw new Error('it is too large')
    const text = await handle.readFile('utf8')
    if (text.trim() === '') throw new Error('it is empty')
    return text
  } catch (error) {
    throw unreadable(file, errorText(error), error)
  }
}

function partsOf(value: string): readonly string[] {
  if (!URL.canParse(value)) return [value]
  const { pathname, search, searchParams, password } = new URL(value)
  const parts = [...pathname.split('/'), ...searchParams.values(), `${pathname}${search}`]
  return [value, ...[password].filter((part) => part !== ''), ...parts.filter((part) => part.length >= SHORTEST_PART)]
}

function unreadable(file: string, why: string, cause?: unknown): SalvageError {
  return new SalvageError('REPORT.SECRET', `${file}: it cannot be read for a report`, {
    why,
    hint: 'make it a file with the secret alone, readable by salvage-kit',
    ...(cause === undefined ? {} : { cause }),
  })
}
