/** What cannot stand in a file name, and what would make it mean another one. */
const UNFIT = /[%/\\\p{Cc}]|^\./gu

/** A plain file name for any text, and another one for any other. */
export function partFile(of: string, ending: string): string {
  return `${of.replaceAll(UNFIT, (sign) => (encodeURIComponent(sign) === sign ? '%2E' : encodeURIComponent(sign)))}${ending}`
}

/** The text that {@link partFile} made a name of; undefined when it was none with this ending. */
export function partOfFile(file: string, ending: string): string | undefined {
  if (!file.endsWith(ending) || file.length === ending.length) return undefined
  try {
    return decodeURIComponent(file.slice(0, -ending.length))
  } catch {
    return undefined
  }
}
