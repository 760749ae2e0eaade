import type { Problem, TargetRef } from '@salvage-kit/core'
import { allOf } from '../discovery/reference.ts'
import type { DumpedFile, Manifest } from './manifest.ts'
import { localRef } from './standing.ts'
import type { Standing } from './standing.ts'

/** How long something must have been absent before its dumps go: an API that errs for a night must cost none. */
const PATIENCE_MS = 7 * 24 * 3_600_000
const EVERYTHING = new Set<TargetRef>(['rancher:*', `rancher:${['*', '*'].join('/')}`])

/** What one run knows of what is absent. */
export interface Absences {
  /** The manifest, with when each absence began. */
  readonly manifest: Manifest
  /** Whether a file is of something that is gone for good. */
  readonly isGone: (file: DumpedFile) => boolean
}

/**
 * What is gone: of an environment that answered in this run, whole and not empty, and that the dump was of; not failed and
 * not skipped in this run; and absent for seven days. Of anything else nothing new is known: it stays as the manifest has it. Pure.
 */
export function absences(
  manifest: Manifest,
  { standing, problems }: { readonly standing: readonly Standing[]; readonly problems: readonly Problem[] },
): Absences {
  const unknown = new Set([
    ...problems.flatMap(({ target }) => target ?? []),
    ...manifest.failed.map(({ target }) => target),
  ])
  const absent = new Set<string>()
  const files = manifest.files.map((file) => {
    const isHere = look(file, manifest, standing, unknown)
    if (isHere === undefined) return file
    const { goneSince = manifest.at, ...rest } = file
    if (isHere) return rest
    absent.add(file.path)
    return { ...rest, goneSince }
  })
  const now = Date.parse(manifest.at)
  return {
    manifest: { ...manifest, files },
    isGone: ({ path, goneSince }) =>
      absent.has(path) && goneSince !== undefined && now - Date.parse(goneSince) >= PATIENCE_MS,
  }
}

/** Whether what a file is of is there now; undefined where this run cannot tell. */
function look(
  { target, environment, instance }: DumpedFile,
  { at, files }: Manifest,
  standing: readonly Standing[],
  unknown: ReadonlySet<TargetRef>,
): boolean | undefined {
  const of = environment === undefined ? undefined : standing.find((one) => one.environment.id === environment)
  if (of === undefined || !of.isWhole || unknown.has(target) || unknown.has(allOf(of.environment.prefix)))
    return undefined
  if ([...EVERYTHING].some((all) => unknown.has(all))) return undefined
  const thing = of.things.find(({ local }) => local === localRef(target))
  if (thing === undefined) return false
  if (unknown.has(thing.ref)) return undefined
  const fresh = files.filter((file) => file.at === at && file.target === thing.ref)
  // It is dumped under another reference now.
  if (thing.ref !== target) return fresh.length === 0
  if (instance === undefined) return true
  // Of all containers once, and of one now.
  if (fresh.length > 0 && fresh.every((file) => file.instance === undefined)) return false
  return thing.containers.includes(instance)
}
