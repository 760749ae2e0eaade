import { createHash } from 'node:crypto'

/** The longest value of a label that the API takes. */
const LONGEST = 63
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/
const HASH_LENGTH = 12

/** Whether the API takes a text as the value of a label: at most 63 letters, digits, `-`, `_` and `.`; letters at both ends. */
export function isLabelValue(text: string): boolean {
  return text.length <= LONGEST && VALUE.test(text)
}

/**
 * The value of the label for the name of an object. One of more than 63 characters is cut and gets a hash of the whole at its
 * end, always the same and another one for each name: the whole name then goes into an annotation.
 */
export function labelValue(name: string): string {
  if (name.length <= LONGEST) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH)
  return `${name.slice(0, LONGEST - HASH_LENGTH - 1).replace(/[-.]+$/, '')}-${hash}`
}
