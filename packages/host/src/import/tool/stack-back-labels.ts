import type { ForeignContainer, ForeignMount } from '../foreign.ts'

const PREFIXES = ['stack-back', 'restic-compose-backup']
const DATABASES = ['/var/lib/mysql', '/var/lib/postgresql/data', '/var/lib/postgresql']

/** A label under either of its two prefixes. */
export function labelOf(container: ForeignContainer, key: string): string | undefined {
  for (const prefix of PREFIXES) {
    const value = container.labels[`${prefix}.${key}`]
    if (value !== undefined) return value
  }
  return undefined
}

/** How stack-back reads a switch. */
export function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['true', '1'].includes(text.trim().toLowerCase())
}

/** The mounts of a container that are backed up, and the data of its database when that is dumped. */
export function volumesOf(container: ForeignContainer, env: Readonly<Record<string, string>>): readonly ForeignMount[] {
  const all = isTrue(env['AUTO_BACKUP_ALL']) || isTrue(env['INCLUDE_ALL_VOLUMES'])
  const label = labelOf(container, 'volumes')
  const isDatabase = ['postgres', 'mariadb', 'mysql'].some((kind) => isTrue(labelOf(container, kind)))
  const data = isDatabase ? container.mounts.filter(({ destination }) => DATABASES.includes(destination)) : []
  if (!isTrue(label) && !(all && label === undefined)) return data
  const include = patterns(labelOf(container, 'volumes.include'))
  const exclude = patterns(labelOf(container, 'volumes.exclude'))
  const found = container.mounts.filter((mount) => {
    const source = mount.volume === undefined ? (mount.source ?? '') : `${mount.source ?? ''} ${mount.volume}`
    if (mount.volume === undefined && isTrue(env['EXCLUDE_BIND_MOUNTS'])) return false
    if (source.endsWith('docker.sock')) return false
    // It looks for the text anywhere in the source, and at what to leave out only when nothing is to be taken.
    if (include.length > 0) return include.some((pattern) => source.includes(pattern))
    return !exclude.some((pattern) => source.includes(pattern))
  })
  return [...found, ...data]
}

function patterns(text: string | undefined): readonly string[] {
  return (text ?? '').trim().split(',').filter(Boolean)
}
