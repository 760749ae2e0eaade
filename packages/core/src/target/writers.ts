import type { Survey } from './discovery.ts'
import type { TargetRef } from './reference.ts'
import type { Source } from './source.ts'

/**
 * Whether who writes to these paths can write into the directory of a source: to it, to something in it, or to something
 * above it. Who is given everything (`/`), as tools that look at a machine are, counts for nothing. A volume of an engine
 * knows its users itself.
 */
export function isWritten(source: Source, writes: readonly string[]): boolean {
  if (source.medium !== 'directory') return false
  const { path } = source
  return writes.some((written) => written !== '/' && (isIn(written, path) || isIn(path, written)))
}

/** The same survey; a workload that can write into the directory of a target uses it, whatever platform either is of. */
export function withWriters(found: Survey): Survey {
  const workloads = found.workloads.map((workload) => {
    const { uses, writes = [] } = workload
    if (writes.length === 0) return workload
    const more = found.targets.filter(({ ref, source }) => !uses.includes(ref) && isWritten(source, writes))
    return more.length === 0 ? workload : { ...workload, uses: [...uses, ...more.map(({ ref }): TargetRef => ref)] }
  })
  return { ...found, workloads }
}

function isIn(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`)
}
