import { resolve } from 'node:path'
import { reference, SalvageError } from '@salvage-kit/core'

/**
 * The absolute, normalised path of a directory as people write it: a relative path starts at `cwd`, `//`, `.` and a
 * slash at the end vanish, `~` is a name like any other (a shell expands it or nobody does). Symbolic links are left
 * alone. Throws `REFERENCE.INVALID` for an absolute path with `..` in it (what it means changes with every symbolic link
 * in it), an empty one, and one with control characters.
 */
export function normaliseDirectory(text: string, cwd: string): string {
  // Only for its check of control characters and emptiness.
  reference(`dir:${text}`)
  if (text.startsWith('/') && text.split('/').includes('..'))
    throw new SalvageError('REFERENCE.INVALID', `${JSON.stringify(text)} is not a directory reference`, {
      why: 'an absolute path with ".." in it depends on symbolic links',
      hint: `write ${resolve(text)}, or whatever is meant`,
    })
  return resolve(cwd, text)
}
