import { closest, parseReference, SalvageError } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'
import { absolutePath } from './absolute-path.ts'
import type { PathRule } from './absolute-path.ts'
import { rancherName, serverName } from './rancher-target.ts'

const SERVED = ['dir', 'docker', 'dump', 'btrfs', 'k8s', 'rancher', 'rancher-db']
const KINDS =
  'targets are dir:PATH, docker:VOLUME, dump:CONTAINER, btrfs:VOLUME, k8s:NAMESPACE/CLAIM, rancher:STACK/SERVICE and rancher-db:NAME'
const STORES = ['archive', 'restic', 'crane', 'csi', 'borg', 'duplicity']

/**
 * Reads the reference of a target as a person writes it: `dir:PATH`, `docker:VOLUME`, `dump:CONTAINER`,
 * `btrfs:VOLUME`, `k8s:NAMESPACE/CLAIM`, `rancher:[ENVIRONMENT:]STACK[/SERVICE]`, `rancher-db:NAME`. The path is made absolute and plain. Throws `REFERENCE.INVALID`, `TARGET.SCHEME` for one that this version does not serve, `REFERENCE.RELATIVE` and
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
      return `dir:${absolutePath(text, value, rule, 'dir')}`
    case 'docker':
      return `docker:${volumeName(text, value)}`
    case 'dump':
      return `dump:${databaseName(text, value)}`
    case 'btrfs':
      return `btrfs:${subvolumeName(text, value)}`
    case 'k8s':
      return `k8s:${claimName(text, value)}`
    case 'rancher':
      return `rancher:${rancherName(text, value)}`
    case 'rancher-db':
      return `rancher-db:${serverName(text, value)}`
    default:
      throw unserved(text, scheme)
  }
}

function volumeName(text: string, name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return name
  throw new SalvageError('TARGET.NAME', `${text}: ${JSON.stringify(name)} cannot be the name of a volume`, {
    why: 'a volume name starts with a letter or a digit and holds letters, digits, _ . and - only',
    hint: name.startsWith('/') ? `for a directory write dir:${name}` : 'see docker volume ls',
  })
}

/** A container, or a service of a compose project with the number behind it for all but the first; `*` for all of them. */
function databaseName(text: string, name: string): string {
  if (name === '*' || /^[A-Za-z0-9][\w.-]*(?:\/[\w.-]+){0,2}$/.test(name)) return name
  throw new SalvageError('TARGET.NAME', `${text}: ${JSON.stringify(name)} cannot be the database of a container`, {
    why: 'it is the name of a container, or the project and the service of compose with a / between them',
    hint: 'write it like dump:NAME, dump:PROJECT/SERVICE, or dump:* for all; the label salvage.dump.tide puts some into a tide',
  })
}

/** As the plugin has it: what buttervolume accepts and is safe. */
function subvolumeName(text: string, name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) && !name.includes('..')) return name
  throw new SalvageError('TARGET.NAME', `${text}: ${JSON.stringify(name)} cannot be the name of a volume`, {
    why: 'a volume name starts with a letter, a digit or _ and holds letters, digits, _ . and - only',
    hint: name.startsWith('/') ? `for a directory write dir:${name}` : 'see salvage-kit volume list',
  })
}

function claimName(text: string, value: string): string {
  if (/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/.test(value)) return value
  throw new SalvageError('TARGET.NAME', `${text}: ${JSON.stringify(value)} cannot be a claim of a namespace`, {
    why: 'both names are lower case letters, digits and - (a claim may have . too), at most 63 and 253, with a / between them',
    hint: 'write it like k8s:NAMESPACE/CLAIM; see kubectl get pvc',
  })
}

function unserved(text: string, scheme: string): SalvageError {
  const meant = closest(scheme, SERVED)
  const hint = meant === undefined ? KINDS : `did you mean ${meant}:?`
  return new SalvageError('TARGET.SCHEME', `${text}: there are no targets of the kind ${scheme}:`, {
    ...(STORES.includes(scheme) ? { why: `${scheme}: names a store` } : {}),
    hint: STORES.includes(scheme) ? 'name the store with --to or --from' : hint,
  })
}
