import type { Entry } from './entry.ts'
import type { Lens } from './compare.ts'

/** Whether this process may give files away and set every attribute. */
export function isPrivileged(): boolean {
  return process.geteuid?.() === 0
}

/** Everything counts. */
export function wholeEntry(entry: Entry): Entry {
  return entry
}

/**
 * What counts after a restore. Who is not root cannot give files to others nor set attributes of `trusted.` and
 * `security.`: owner, group and those attributes are as they can be, and are not compared.
 */
export function restorable(privileged: boolean): Lens {
  if (privileged) return wholeEntry
  return (entry) => {
    const { xattrs, ...rest } = entry
    const settable = (xattrs ?? []).filter(([name]) => /^(?:user|system)\./.test(name))
    return { ...rest, uid: 0, gid: 0, ...(settable.length === 0 ? {} : { xattrs: settable }) }
  }
}
