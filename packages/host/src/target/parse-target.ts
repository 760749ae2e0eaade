import { isAbsolute, resolve } from 'node:path'
import { closest, parseReference, SalvageError } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'

const SERVED = ['dir', 'docker']
const LATER: Readonly<Record<string, string>> = {
  btrfs: 'BTRFS subvolumes',
  k8s: 'Kubernetes volume claims',
  rancher: 'Rancher services',
}
const STORES = ['archive', 'restic', 'crane', 'borg', 'duplicity']

/** How a path that does not start with `/` is taken: not at all, or from this directory on. */
export type PathRule = 'absolute' | { readonly from: string }

/**
 * Reads the reference of a target as a person writes it: `dir:PATH`, `docker:VOLUME`. The path is made absolute and
 * plain. Throws `REFERENCE.INVALID`, `TARGET.SCHEME` for one that this version does not serve, `REFERENCE.RELATIVE` and
 * `TARGET.NAME` for a path or a volume name that cannot be.
 */
export function parseTarget(text: string, directory: string): TargetRef {
  return checkTarget(text, { from: directory })
}

/** The same for a reference in a file: a relative path is an error there unless `rule` says otherwise. */
export function checkTarget(text: string, rule: PathRule): TargetRef {
  const { scheme, value } = parseReference(text)
  switch (scheme) {
    case 'dir':
      return `dir:${pathOf(text, value, rule)}`
    case 'docker':
      return `docker:${volumeName(text, value)}`
    default:
      throw unserved(text, scheme)
  }
}

function pathOf(text: string, path: string, rule: PathRule): string {
  if (rule !== 'absolute') return resolve(rule.from, path)
  if (isAbsolute(path) && !path.split('/').includes('..')) return resolve(path)
  throw new SalvageError('REFERENCE.RELATIVE', `${text}: not an absolute path`, {
    why: isAbsolute(path) ? 'it holds /../' : 'a relative path means another place wherever it is read',
    hint: 'write the whole path, like dir:/srv/app',
  })
}

function volumeName(text: string, name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return name
  throw new SalvageError('TARGET.NAME', `${text}: ${JSON.stringify(name)} cannot be the name of a volume`, {
    why: 'a volume name starts with a letter or a digit and holds letters, digits, _ . and - only',
    hint: name.startsWith('/') ? `for a directory write dir:${name}` : 'see docker volume ls',
  })
}

function unserved(text: string, scheme: string): SalvageError {
  const later = LATER[scheme]
  if (later !== undefined)
    return new SalvageError('TARGET.SCHEME', `${text}: this version does not serve ${scheme}: references`, {
      why: `${later} come with a later version`,
      hint: 'targets are dir:PATH and docker:VOLUME',
    })
  const meant = closest(scheme, SERVED)
  const hint = meant === undefined ? 'targets are dir:PATH and docker:VOLUME' : `did you mean ${meant}:?`
  return new SalvageError('TARGET.SCHEME', `${text}: there are no targets of the kind ${scheme}:`, {
    ...(STORES.includes(scheme) ? { why: `${scheme}: names a store` } : {}),
    hint: STORES.includes(scheme) ? 'name the store with --to or --from' : hint,
  })
}
