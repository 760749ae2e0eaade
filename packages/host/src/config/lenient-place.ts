import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { readDocument } from './document.ts'

/** Where a daemon may be, as far as a file that is not valid says it. */
export interface LenientPlace {
  readonly state?: string
  readonly socket?: string
}

const AbsoluteText = z.string().startsWith('/').optional().catch(undefined)
const Lenient = z.object({
  state: AbsoluteText,
  daemon: z.object({ socket: AbsoluteText }).optional().catch(undefined),
})

/**
 * Reads of a configuration file only where a running daemon listens, whatever else is wrong in it. Never rejects: what cannot
 * be read says nothing.
 */
export async function lenientPlace(file: string): Promise<LenientPlace> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const read = Lenient.safeParse(readDocument(text).value)
  const { state, daemon } = read.data ?? {}
  const socket = daemon?.socket
  return { ...(state === undefined ? {} : { state }), ...(socket === undefined ? {} : { socket }) }
}
