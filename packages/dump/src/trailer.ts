/** What our programs write behind a dump that is a text, when the tool before it ended well. */
export const TRAILER = '-- salvage-kit: complete'

/** A line of a shell that writes it. */
export const WRITE_TRAILER: string = `printf '%s\\n' '${TRAILER}'`

/**
 * Whether a text ends with our trailer, and before it with the tool's own line. Nothing but blank lines, comments without words
 * and `\unrestrict` may stand between: a row of a table that looks like the end is none.
 */
export function endsWith(tail: Buffer, own: RegExp): boolean {
  const text = tail.toString('latin1')
  if (!text.endsWith(`\n${TRAILER}\n`)) return false
  const lines = text.slice(0, -TRAILER.length - 2).split('\n')
  for (const line of lines.toReversed()) {
    if (own.test(line)) return true
    if (line !== '' && line !== '--' && !line.startsWith(String.raw`\unrestrict `)) return false
  }
  return false
}
