import { atRest } from '../at-rest.ts'
import type { Treatment } from '../at-rest.ts'
import type { ForeignContainer, ForeignWorld } from '../foreign.ts'
import { targetOf, within } from '../foreign.ts'
import type { Imported, ImportedTide } from '../imported.ts'
import { importedSchedule } from '../schedule.ts'
import { secretsOf } from '../secret.ts'
import { tideName } from '../tide-name.ts'
import { tidePerStore } from '../tide-per-store.ts'
import { offenKeep } from './offen-keep.ts'
import { offenNotes } from './offen-notes.ts'
import { offenReports } from './offen-reports.ts'
import { offenStores } from './offen-stores.ts'

const LABEL = 'docker-volume-backup.'
const CONF_D = '/etc/dockervolumebackup/conf.d'

/** The pages that say what the variables and labels of docker-volume-backup mean. */
const PAGES = [
  'https://offen.github.io/docker-volume-backup/reference/',
  'https://offen.github.io/docker-volume-backup/how-tos/stop-containers-during-backup.html',
  'https://offen.github.io/docker-volume-backup/how-tos/run-custom-commands.html',
  'https://offen.github.io/docker-volume-backup/how-tos/run-multiple-schedules.html',
]

/** Whether a container is one of docker-volume-backup. */
export function isOffen(container: ForeignContainer): boolean {
  return /(^|\/)offen\/docker-volume-backup([:@]|$)/.test(container.image)
}

/** One configuration of one container: its environment, or that under a file of its directory of configurations. */
interface Schedule {
  readonly container: ForeignContainer
  readonly name: string
  readonly env: Readonly<Record<string, string>>
}

/** What docker-volume-backup is configured to do, said for salvage-kit. Pure. */
export function importOffen(world: ForeignWorld, now: Date): Imported {
  const notes: string[] = []
  const schedules = world.containers
    .filter(isOffen)
    .flatMap((container) => schedulesOf(container, world, (note) => notes.push(note)))
  const several = schedules.length > 1
  const stores = new Map<string, Imported['stores'][number]>()
  const tides: ImportedTide[] = []
  for (const { container, name, env } of schedules) {
    const own = offenStores(env, container).map((store) => {
      const known = stores.get(store.name)
      const isSame = known === undefined || JSON.stringify(known.entry) === JSON.stringify(store.entry)
      const named = isSame ? store : { ...store, name: `${store.name}-${tideName(name)}` }
      stores.set(named.name, named)
      return named
    })
    const { notes: said, ...schedule } = importedSchedule(env['BACKUP_CRON_EXPRESSION'] ?? '@daily', env['TZ'], now)
    const targets = targetsOf(container, env['BACKUP_SOURCES'] ?? '/backup')
    const none = targets.length === 0 ? ['nothing is mounted under its sources: add targets: yourself'] : []
    const { keep, notes: kept } = offenKeep(env)
    const tide = {
      name: several ? tideName(name) : 'backup',
      ...schedule,
      targets,
      grouping: 'smart',
      ...(keep === undefined ? {} : { keep }),
      notes: [...said, ...none, ...kept, ...offenNotes(env)],
    } as const
    tides.push(...tidePerStore(tide, own))
  }
  const targets = [...new Set(tides.flatMap((tide) => tide.targets))]
  const others = world.containers.filter((container) => !isOffen(container))
  const rest = atRest(others, targets, (container) => treatment(container, schedules), secretsOf(world.containers))
  return {
    tool: 'docker-volume-backup',
    pages: PAGES,
    notes: [...notes, ...rest.notes, ...foreignSteps(others)],
    stores: [...stores.values()],
    reports: [...new Map(schedules.flatMap(({ env }) => offenReports(env)).map((one) => [one.name, one])).values()],
    tides,
    labels: rest.labels,
  }
}

/** Files in its directory of configurations each are a schedule, and then the plain environment is none. */
function schedulesOf(
  container: ForeignContainer,
  world: ForeignWorld,
  note: (text: string) => void,
): readonly Schedule[] {
  const { env } = container
  const mount = container.mounts.find(({ destination }) => destination === CONF_D)
  const directory = mount?.source
  const found = directory === undefined ? undefined : world.envFilesIn(directory)
  if (mount !== undefined && found === undefined)
    note(`${container.name}: its ${CONF_D} cannot be read from here; give its files with --env-file, one for each`)
  const files = [...(found ?? []), ...world.envFiles]
  if (files.length === 0) return [{ container, name: container.name, env }]
  return files.map((file) => ({ container, name: file.name, env: { ...env, ...file.env } }))
}

function targetsOf(container: ForeignContainer, sources: string): readonly string[] {
  const root = sources.replace(/(?<=.)\/+$/, '')
  const found = container.mounts.flatMap((mount) => {
    const target = targetOf(mount)
    if (target === undefined || mount.destination.endsWith('docker.sock')) return []
    if (within(mount.destination, root)) return [target]
    // The sources are a part of what is mounted.
    if (!within(root, mount.destination)) return []
    return [target.startsWith('dir:') ? `${target}${root.slice(mount.destination.length)}` : target]
  })
  return [...new Set(found)].toSorted()
}

function treatment(container: ForeignContainer, schedules: readonly Schedule[]): Treatment {
  const { labels } = container
  const stop = labels[`${LABEL}stop-during-backup`]
  const stops = schedules.some(
    ({ env }) =>
      stop !== undefined &&
      stop === (env['BACKUP_STOP_CONTAINER_LABEL'] ?? env['BACKUP_STOP_DURING_BACKUP_LABEL'] ?? 'true'),
  )
  const isMeant = schedules.some(
    ({ env }) => env['EXEC_LABEL'] === undefined || env['EXEC_LABEL'] === labels[`${LABEL}exec-label`],
  )
  if (!isMeant) return { stops }
  return {
    stops,
    pre: labels[`${LABEL}archive-pre`] ?? labels[`${LABEL}exec-pre`],
    post: labels[`${LABEL}archive-post`] ?? labels[`${LABEL}exec-post`],
    user: labels[`${LABEL}archive-pre.user`] ?? labels[`${LABEL}archive-post.user`],
  }
}

function foreignSteps(containers: readonly ForeignContainer[]): readonly string[] {
  return containers.flatMap(({ name, labels }) =>
    Object.keys(labels)
      .filter((key) => /^docker-volume-backup\.(process|copy|prune)-(pre|post)$/.test(key))
      .map((key) => `${name}: ${key} has no equal: there is no step of that kind with a hook`),
  )
}
