import { posix } from 'node:path'
import { atRest } from '../at-rest.ts'
import type { ForeignContainer, ForeignWorld } from '../foreign.ts'
import { uses, within } from '../foreign.ts'
import type { Imported, ImportedTide } from '../imported.ts'
import { importedSchedule } from '../schedule.ts'
import { secretsOf } from '../secret.ts'
import { tideName } from '../tide-name.ts'
import { tidePerStore } from '../tide-per-store.ts'
import { nauticalContainer } from './nautical-container.ts'
import type { NauticalContainer } from './nautical-container.ts'
import { listOf, nauticalKeep, nauticalNotes, nauticalStores } from './nautical-settings.ts'

const PAGES = [
  'https://minituff.github.io/nautical-backup/arguments/',
  'https://minituff.github.io/nautical-backup/labels/',
]

/** Whether a container is one of nautical-backup. */
export function isNautical(container: ForeignContainer): boolean {
  return /(^|\/)minituff\/nautical-backup([:@]|$)/.test(container.image)
}

/** What nautical-backup is configured to do, said for salvage-kit: its folder of each container is a target. Pure. */
export function importNautical(world: ForeignWorld, now: Date): Imported {
  const own = world.containers.find(isNautical)
  const env = Object.assign({}, own?.env, ...world.envFiles.map((file) => file.env))
  const source = env['SOURCE_LOCATION'] ?? '/app/source'
  const mounted = own?.mounts.find(({ destination }) => within(source, destination))
  const root =
    mounted?.source === undefined ? undefined : `${mounted.source}${source.slice(mounted.destination.length)}`
  const others = world.containers.filter((container) => !isNautical(container) && container.running)
  const all = others.map((container) => nauticalContainer(container, env))
  const backed = all.filter(({ skipped }) => skipped === undefined)
  const stores = own === undefined ? [] : nauticalStores(env, own)
  const { notes: said, ...schedule } = importedSchedule(
    env['CRON_SCHEDULE'] ?? '0 4 * * *',
    env['TZ'] ?? 'Etc/UTC',
    now,
  )
  const tides: ImportedTide[] = []
  const lost: string[] = []
  for (const [group, members] of groupsOf(backed)) {
    const found = members.flatMap((member) => foldersOf(member, root, others))
    if (group !== undefined && members.length > 1 && !isOneProject(members))
      lost.push(
        `group ${group}: containers of several projects cannot be told to rest together unless they share a target`,
      )
    const inOneProject = group !== undefined && isOneProject(members)
    const { keep, notes } = nauticalKeep(env)
    const tide: ImportedTide = {
      name: group === undefined ? 'nautical' : tideName(`nautical-${group}`),
      ...(env['CRON_SCHEDULE_ENABLED'] === 'false' ? {} : schedule),
      targets: [...new Set(found)].toSorted(),
      grouping: inOneProject ? 'project' : group === undefined ? 'individual' : 'smart',
      ...(keep === undefined ? {} : { keep }),
      notes: [...said, ...notes],
    }
    if (tide.targets.length > 0) tides.push(...tidePerStore(tide, stores))
  }
  const additional = listOf(env['ADDITIONAL_FOLDERS']).flatMap((folder) => targetIn(root, folder) ?? [])
  if (additional.length > 0)
    tides.push(...tidePerStore({ name: 'nautical-folders', ...schedule, targets: additional, notes: [] }, stores))
  const targets = [...new Set(tides.flatMap((tide) => tide.targets))]
  const byName = new Map(all.map((one) => [one.container.name, one]))
  const rest = atRest(
    others,
    targets,
    ({ name }) => byName.get(name)?.treatment ?? { stops: false },
    secretsOf(world.containers),
  )
  return {
    tool: 'nautical-backup',
    pages: PAGES,
    notes: [
      ...(root === undefined ? [`what is mounted at ${source} is not known: the targets are missing, add them`] : []),
      ...all.flatMap(({ container, skipped }) =>
        skipped === undefined ? [] : [`${container.name} is left out: ${skipped}`],
      ),
      ...backed.flatMap(({ notes }) => notes),
      ...lost,
      ...nauticalNotes(env),
      ...rest.notes,
    ],
    stores,
    reports: [],
    tides,
    labels: rest.labels,
  }
}

function groupsOf(
  containers: readonly NauticalContainer[],
): ReadonlyMap<string | undefined, readonly NauticalContainer[]> {
  const groups = new Map<string | undefined, NauticalContainer[]>()
  for (const container of containers)
    for (const group of container.groups.length === 0 ? [undefined] : container.groups)
      groups.set(group, [...(groups.get(group) ?? []), container])
  return groups
}

function isOneProject(members: readonly NauticalContainer[]): boolean {
  const projects = new Set(members.map(({ container }) => container.project))
  return projects.size === 1 && !projects.has(undefined)
}

/** The folder of a container counts when something uses it: nautical passes over containers without a folder. */
function foldersOf(
  { folder, folders }: NauticalContainer,
  root: string | undefined,
  containers: readonly ForeignContainer[],
): readonly string[] {
  const own = targetIn(root, folder)
  const isUsed = own !== undefined && containers.some((container) => uses(container, own))
  return [...(isUsed ? [own] : []), ...folders.flatMap((one) => targetIn(root, one) ?? [])]
}

/** Where the folders are the engine's own, they are volumes. */
function targetIn(root: string | undefined, folder: string): string | undefined {
  if (root === undefined || folder.split('/').includes('..')) return undefined
  return root === '/var/lib/docker/volumes' ? `docker:${folder}` : `dir:${posix.join(root, folder)}`
}
