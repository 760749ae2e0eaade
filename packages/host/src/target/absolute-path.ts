import { isAbsolute, resolve } from 'node:path'
import { SalvageError } from '@salvage-kit/core'

/** How a path that does not start with `/` is taken: not at all, or from this directory on. */
export type PathRule = 'absolute' | { readonly from: string }

/**
 * The path of a reference, absolute and plain. What `..` in an absolute path means changes with every symbolic link
 * before it, so it is refused. Throws `REFERENCE.RELATIVE`; `scheme` is for the hint.
 */
export function absolutePath(text: string, path: string, rule: PathRule, scheme: string): string {
  if (isAbsolute(path)) {
    if (!path.split('/').includes('..')) return resolve(path)
    throw new SalvageError('REFERENCE.RELATIVE', `${text}: the path is not plain`, {
      why: 'it holds /../, which means another place with every symbolic link before it',
      hint: `write ${scheme}:${resolve(path)}, or whatever is meant`,
    })
  }
  if (rule !== 'absolute') return resolve(rule.from, path)
  throw new SalvageError('REFERENCE.RELATIVE', `${text}: not an absolute path`, {
    why: 'a relative path means another place wherever it is read',
    hint: `write the whole path, like ${scheme}:/srv/app`,
  })
}
