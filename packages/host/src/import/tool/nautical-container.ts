import type { Treatment } from '../at-rest.ts'
import type { ForeignContainer } from '../foreign.ts'
import { listOf } from './nautical-settings.ts'

/** What nautical-backup does with one container. */
export interface NauticalContainer {
  readonly container: ForeignContainer
  /** Why it is not backed up. */
  readonly skipped?: string
  readonly groups: readonly string[]
  /** Its folder below the sources, and further ones. */
  readonly folder: string
  readonly folders: readonly string[]
  readonly treatment: Treatment
  readonly notes: readonly string[]
}

/** Reads the labels of a container, and what the variables of nautical-backup say of it. */
export function nauticalContainer(
  container: ForeignContainer,
  env: Readonly<Record<string, string>>,
): NauticalContainer {
  const { name, labels } = container
  const prefix = env['LABEL_PREFIX'] ?? 'nautical-backup'
  const label = (key: string): string | undefined => labels[`${prefix}.${key}`]
  const skipped = whySkipped(container, label('enable')?.toLowerCase(), env)
  const isUp = label('stop-before-backup')?.toLowerCase() === 'false' || listOf(env['SKIP_STOPPING']).includes(name)
  const overrides = Object.fromEntries(listOf(env['OVERRIDE_SOURCE_DIR']).map((pair) => pair.split(':')))
  const override: unknown = overrides[name]
  return {
    container,
    ...(skipped === undefined ? {} : { skipped }),
    groups: listOf(label('group')),
    folder: label('override-source-dir') ?? (typeof override === 'string' ? override : name),
    folders: listOf(label('additional-folders')),
    treatment:
      skipped === undefined
        ? { stops: !isUp, pre: label('lifecycle.before'), post: label('lifecycle.after') }
        : { stops: false },
    notes: notesOf(name, label),
  }
}

function whySkipped(
  { name }: ForeignContainer,
  enable: string | undefined,
  env: Readonly<Record<string, string>>,
): string | undefined {
  if (enable === 'false') return 'its label enable says false'
  if (listOf(env['SKIP_CONTAINERS']).includes(name)) return 'SKIP_CONTAINERS names it'
  if (env['REQUIRE_LABEL']?.toLowerCase() === 'true' && enable !== 'true')
    return 'REQUIRE_LABEL is set and it has no label enable'
  return undefined
}

function notesOf(name: string, label: (key: string) => string | undefined): readonly string[] {
  const commands = ['before', 'during', 'after'].filter(
    (when) => (label(`exec.${when}`) ?? label(`curl.${when}`)) !== undefined,
  )
  const timeouts = ['before', 'after'].filter((when) => label(`lifecycle.${when}.timeout`) !== undefined)
  const options = ['rsync-custom-args', 'use-default-rsync-args', 'override-destination-dir'].filter(
    (key) => (label(key) ?? '').trim() !== '',
  )
  return [
    ...commands.map(
      (when) => `${name}: exec.${when} ran in the container of nautical-backup; there is no such place here`,
    ),
    ...timeouts.map(
      (when) => `${name}: lifecycle.${when}.timeout has no label here: commands have a time limit of their own`,
    ),
    ...options.map((key) => `${name}: ${key} has no equal: a target is copied whole`),
  ]
}
