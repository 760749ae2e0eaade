import { createHash } from 'node:crypto'

const LONGEST = 180

/**
 * The folder name of a target: readable, and another one for every other reference. Letters, digits, `_`, `-` and dots
 * inside stand for themselves, `=` for `:` and `~` for `/`; every other character is `%XX` or `%uXXXX`, its code unit in
 * hexadecimal. A long one is cut and ends in `!` and the SHA-256 of the whole.
 */
export function slugOf(target: string): string {
  const slug = target.replaceAll(/^\.|[^A-Za-z0-9_.-]/g, escaped)
  if (slug.length <= LONGEST) return slug === '' ? '%' : slug
  const whole = createHash('sha256').update(target, 'utf16le').digest('hex')
  return `${slug.slice(0, LONGEST - whole.length - 1)}!${whole}`
}

function escaped(character: string): string {
  if (character === ':') return '='
  if (character === '/') return '~'
  const unit = character.charCodeAt(0)
  return unit < 0x100 ? `%${hex(unit, 2)}` : `%u${hex(unit, 4)}`
}

function hex(unit: number, digits: number): string {
  return unit.toString(16).toUpperCase().padStart(digits, '0')
}
