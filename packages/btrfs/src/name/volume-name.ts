import { SalvageError } from '@salvage-kit/core'

/** A name of a directory may have so many bytes: NAME_MAX. */
const NAME_MAX = 255
/** `@2026-11-21T01:07:04.059893`: with more than this, a volume could be made and never be cut. */
const TIME_LENGTH = 27

/**
 * Checks the name of a volume and gives it back. What buttervolume accepts and is safe is accepted: letters, digits, `.`,
 * `_`, `-`. Throws `VOLUME.NAME` with the rule that is broken.
 */
export function volumeName(name: string): string {
  const rule = brokenRule(name)
  if (rule === undefined) return name
  throw new SalvageError('VOLUME.NAME', `${JSON.stringify(name)} cannot be the name of a volume`, {
    why: rule,
    hint: 'use letters, digits, ".", "_" and "-", beginning with a letter, a digit or "_"',
  })
}

/** All rules in one look, of what comes before an `@` or the end. */
export const VOLUME_PATTERN: string = String.raw`(?![.-])(?![^@]*\.\.)[A-Za-z0-9._-]{1,${String(NAME_MAX - TIME_LENGTH)}}`
const NAME = new RegExp(`^${VOLUME_PATTERN}$`)

/** Whether {@link volumeName} accepts it. */
export function isVolumeName(name: string): boolean {
  return NAME.test(name)
}

function brokenRule(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (/^[.-]/.test(name)) return 'it begins with "." or "-"'
  if (name.includes('..')) return 'it holds ".."'
  if (!/^[A-Za-z0-9._-]*$/.test(name) || name.includes('\n'))
    return 'it holds something else than letters, digits, ".", "_" and "-"'
  if (name.length > NAME_MAX - TIME_LENGTH)
    return `it is longer than ${String(NAME_MAX - TIME_LENGTH)} characters: the name of a snapshot would not fit`
  return undefined
}
