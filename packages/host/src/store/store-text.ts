import { closest, isSalvageError, parseReference, SalvageError } from '@salvage-kit/core'
import type { DuplicityStoreEntry } from '@salvage-kit/local'
import type { StoreEntry } from '../config/config.ts'
import { absolutePath } from '../target/absolute-path.ts'
import type { PathRule } from '../target/absolute-path.ts'

/** What store names mean, and which cranes there are. */
export interface StoreNames {
  readonly stores: Readonly<Record<string, StoreEntry>>
  readonly cranes: readonly string[]
}

/** A store, said completely; what is left is to ask the backend that serves it. */
export type StoreText =
  | { readonly kind: 'archive'; readonly directory: string }
  | { readonly kind: 'restic'; readonly address: string; readonly passwordFile?: string | undefined }
  | DuplicityStoreEntry
  | { readonly kind: 'crane'; readonly name: string }
  /** Keeps snapshots of claims, cut by a VolumeSnapshotClass; absent: the configured one, else that of the driver. */
  | { readonly kind: 'csi'; readonly class?: string }
  /** A crane image that is run as Jobs of a cluster; the name is that of the store. */
  | { readonly kind: 'job'; readonly name: string; readonly namespace?: string }
  /** On this machine, or over ssh on the host. */
  | { readonly kind: 'btrfs' | 'btrfs-raw'; readonly directory: string; readonly host?: string }

const SCHEMES = ['archive', 'restic', 'duplicity', 'crane', 'btrfs', 'btrfs-raw', 'csi', 'job']
const LATER = ['borg']
const TARGETS = ['dir', 'docker', 'k8s', 'rancher']
const KINDS =
  'stores are archive:DIR, restic:ADDRESS, duplicity:URL, btrfs:[HOST:]DIR, btrfs-raw:[HOST:]DIR, csi:[CLASS], crane:NAME, or a configured name'

/** How the reference of a `csi:` store ends that names no class. */
export const ANY_CLASS = 'default'
const CLASS = /^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/

/**
 * Reads what a person writes for a store. A configured name goes before anything else. Throws `STORE.UNKNOWN` for a
 * name or a kind that is not there, `REFERENCE.RELATIVE` for a relative path where none may stand.
 */
export function checkStoreText(text: string, names: StoreNames, rule: PathRule): StoreText {
  const entry = Object.hasOwn(names.stores, text) ? names.stores[text] : undefined
  if (entry !== undefined) return ofEntry(text, entry, names)
  if (!text.includes(':')) {
    if (names.cranes.includes(text)) return { kind: 'crane', name: text }
    throw unknownName(text, [...Object.keys(names.stores), ...names.cranes])
  }
  return byReference(text, names, rule)
}

function ofEntry(name: string, entry: StoreEntry, names: StoreNames): StoreText {
  if (typeof entry === 'string') return byReference(entry, names, 'absolute')
  if (entry.kind !== 'job') return entry
  const { kind, namespace } = entry
  return { kind, name, ...(namespace === undefined ? {} : { namespace }) }
}

function byReference(text: string, names: StoreNames, rule: PathRule): StoreText {
  // The class is the driver's choice: nothing needs to stand there.
  if (text === 'csi:') return { kind: 'csi' }
  const { scheme, value } = referenceOf(text)
  switch (scheme) {
    case 'archive':
      return { kind: 'archive', directory: absolutePath(text, value, rule, 'archive') }
    case 'restic':
      return { kind: 'restic', address: addressOf(text, value, rule) }
    case 'duplicity':
      return { kind: 'duplicity', url: urlOf(text, value, rule) }
    case 'btrfs':
    case 'btrfs-raw':
      return { kind: scheme, ...placeOf(text, value, rule, scheme) }
    case 'csi':
      return className(text, value)
    case 'job':
      return jobNamed(value, names)
    case 'crane':
      if (!names.cranes.includes(value)) throw unknownName(value, names.cranes)
      return { kind: 'crane', name: value }
    default:
      throw unknownScheme(text, scheme)
  }
}

function jobNamed(name: string, names: StoreNames): StoreText {
  const entry = Object.hasOwn(names.stores, name) ? names.stores[name] : undefined
  if (typeof entry === 'object' && entry.kind === 'job') return ofEntry(name, entry, names)
  throw unknownName(name, Object.keys(names.stores))
}

function className(text: string, value: string): StoreText {
  if (value === ANY_CLASS) return { kind: 'csi' }
  if (CLASS.test(value)) return { kind: 'csi', class: value }
  throw new SalvageError('STORE.UNKNOWN', `${text}: ${JSON.stringify(value)} cannot be the name of a snapshot class`, {
    hint: 'write csi: for the default one, or csi:CLASS; see kubectl get volumesnapshotclass',
  })
}

function referenceOf(text: string): ReturnType<typeof parseReference> {
  try {
    return parseReference(text)
  } catch (error) {
    if (!isSalvageError(error)) throw error
    const { code, why } = error
    throw new SalvageError(code, `${JSON.stringify(text)} is not a store`, {
      ...(why === undefined ? {} : { why }),
      hint: KINDS,
      cause: error,
    })
  }
}

/** `HOST:/DIR` is on another machine; a colon further on belongs to the path. */
function placeOf(
  text: string,
  value: string,
  rule: PathRule,
  scheme: string,
): { readonly directory: string; readonly host?: string } {
  const [, host, far] = /^([A-Za-z0-9_][A-Za-z0-9._-]*):(\/.*)$/s.exec(value) ?? []
  if (host === undefined || far === undefined) return { directory: absolutePath(text, value, rule, scheme) }
  return { host, directory: absolutePath(text, far, 'absolute', `${scheme}:${host}`) }
}

/** What restic takes as a local directory is a path, as is a file that holds the address; what has a scheme of its own stays. */
function addressOf(text: string, address: string, rule: PathRule): string {
  if (/^[a-z0-9]+:/.test(address)) return address
  return address.startsWith('@')
    ? `@${absolutePath(text, address.slice(1), rule, 'restic')}`
    : absolutePath(text, address, rule, 'restic')
}

/** What has a scheme of its own is a URL, all else a directory of this machine. */
function urlOf(text: string, value: string, rule: PathRule): string {
  return /^[a-z][a-z0-9+-]*:/.test(value) ? value : absolutePath(text, value, rule, 'duplicity')
}

function unknownName(name: string, known: readonly string[]): SalvageError {
  const meant = closest(name, known)
  const list = known.length > 0 ? `configured are ${known.join(', ')}` : 'no store and no crane is configured'
  return new SalvageError('STORE.UNKNOWN', `there is no store ${JSON.stringify(name)}`, {
    why: list,
    hint: meant === undefined ? KINDS : `did you mean ${JSON.stringify(meant)}?`,
  })
}

function unknownScheme(text: string, scheme: string): SalvageError {
  if (LATER.includes(scheme))
    return new SalvageError('STORE.UNKNOWN', `${text}: this version does not serve ${scheme}: stores`, { hint: KINDS })
  const meant = closest(scheme, SCHEMES)
  return new SalvageError('STORE.UNKNOWN', `${text}: there are no stores of the kind ${scheme}:`, {
    ...(TARGETS.includes(scheme) ? { why: `${scheme}: names a target` } : {}),
    hint: meant === undefined ? KINDS : `did you mean ${meant}:?`,
  })
}
