import type { Path } from './document.ts'

/** Where the one key stands that no schema sees: it would be dropped in silence. */
export function lostKeys(value: unknown, path: Path): readonly Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key]
    return key === '__proto__' ? [here] : lostKeys(inner, here)
  })
}
