/** A name that can be a tide's or a store's: what does not fit becomes a hyphen. */
export function tideName(text: string): string {
  const name = text
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  return name === '' ? 'backup' : name
}
