import type { Annotations } from './key.ts'
import { TIDES } from './key.ts'
import { isPlain, wrong } from './value.ts'

/** The tides of `a,b`, sorted; white space and empty items mean nothing. Throws `ANNOTATION.VALUE`. */
export function tidesOf(annotations: Annotations, where: string): readonly string[] {
  const items = (annotations[TIDES] ?? '').split(',').map((item) => item.trim())
  const names = new Set(items.filter((item) => item !== ''))
  for (const name of names)
    if (!isPlain(name))
      throw wrong(where, TIDES, `${JSON.stringify(name)} cannot be the name of a tide`, 'write it like nightly,weekly')
  return [...names].toSorted()
}
