/** The text, cut to `max` UTF-16 units with `mark` at the end; never in the middle of a character. */
export function clip(text: string, max: number, mark = '…'): string {
  if (text.length <= max) return text
  return `${whole(text.slice(0, max - mark.length))}${mark}`
}

/** The text, cut to `max` bytes of UTF-8 with `mark` at the end. */
export function clipBytes(text: string, max: number, mark = '…'): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= max) return text
  // Cut bytes may be the beginning of a character: fatal decoding is of no use, so step back to where one starts.
  let end = max - Buffer.byteLength(mark)
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return `${bytes.subarray(0, end).toString()}${mark}`
}

/** The items joined by a comma until `max` is reached, then how many more there are; `empty` for none. */
export function clipList(items: readonly string[], max: number, empty: string): string {
  if (items.length === 0) return empty
  const all = items.join(', ')
  if (all.length <= max) return all
  let text = ''
  for (const [at, item] of items.entries()) {
    const rest = `${at === 0 ? '' : ', '}… ${String(items.length - at)} more`
    const longer = at === 0 ? item : `${text}, ${item}`
    if (longer.length + `, … ${String(items.length)} more`.length > max) return `${text}${rest}`
    text = longer
  }
  return text
}

function whole(text: string): string {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text
}
