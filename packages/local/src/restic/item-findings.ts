import { getSystemErrorMessage } from 'node:util'
import type { Finding } from '@salvage-kit/core'
import { messageIn } from './message-line.ts'
import { itemError } from './schema.ts'
import type { ItemError } from './schema.ts'

const SHOWN = 20

/** Gathers what restic says of single files. */
export interface ItemFindings {
  readonly take: (line: string) => void
  /** The first twenty, and how many more there are. */
  all(): readonly Finding[]
}

/** Reads the error output of `restic backup --json`. */
export function itemFindings(): ItemFindings {
  const shown: Finding[] = []
  let more = 0
  return {
    take: (line) => {
      const message = messageIn(line, itemError)
      if (message === undefined) return
      if (shown.length < SHOWN) shown.push(findingOf(message))
      else more += 1
    },
    all: () =>
      more === 0
        ? shown
        : [...shown, { code: 'LIFT.UNREADABLE', message: `${String(more)} more files could not be read` }],
  }
}

function findingOf({ error, item }: ItemError): Finding {
  const message = `${item ?? 'a file'} could not be read`
  const why = error.message ?? (typeof error.Err === 'number' ? systemError(error.Err) : undefined)
  return { code: 'LIFT.UNREADABLE', message, ...(why === undefined ? {} : { why }) }
}

function systemError(number: number): string | undefined {
  return number > 0 ? getSystemErrorMessage(-number) : undefined
}
