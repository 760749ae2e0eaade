import type { Deed } from '../error.ts'

/** A call to the API server. */
export interface Call extends Deed {
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST'
  /** Encoded; begins with a slash. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  /** False: when it was cut nobody knows whether it was done, and doing it twice is not the same as once. */
  readonly repeatable: boolean
}

/** A final answer: one that asks for no repetition. */
export interface Answer {
  readonly status: number
  readonly text: string
  /** An earlier attempt of the same call may have been carried out. */
  readonly repeated: boolean
}

/** The query as it stands behind the path, empty or with its question mark. */
export function queryText(query: Call['query'] = {}): string {
  const said = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) said.append(key, value)
  return said.size === 0 ? '' : `?${said.toString()}`
}
