import { atRest } from '../at-rest.ts'
import type { ForeignContainer, ForeignWorld } from '../foreign.ts'
import { targetOf } from '../foreign.ts'
import type { Imported, ImportedTide } from '../imported.ts'
import { importedSchedule } from '../schedule.ts'
import { secretsOf } from '../secret.ts'
import { tideName } from '../tide-name.ts'
import { stackBackHooks } from './stack-back-hooks.ts'
import { isTrue, labelOf, volumesOf } from './stack-back-labels.ts'
import { stackBackReports } from './stack-back-reports.ts'
import { stackBackKeep, stackBackNotes, stackBackStore } from './stack-back-settings.ts'

const PAGES = [
  'https://stack-back.readthedocs.io/en/latest/guide/configuration.html',
  'https://github.com/lawndoc/stack-back',
]

/** Whether a container is one of stack-back, or of restic-compose-backup, which it comes from. */
export function isStackBack(container: ForeignContainer): boolean {
  return /(^|\/)(lawndoc\/stack-back|zettaio\/restic-compose-backup)([:@]|$)/.test(container.image)
}

/** What stack-back is configured to do, said for salvage-kit: one tide for each of its containers. Pure. */
export function importStackBack(world: ForeignWorld, now: Date): Imported {
  const secrets = secretsOf(world.containers)
  const owners = world.containers.filter(isStackBack)
  const parts = owners.map((own) => importOne(own, world, owners.length > 1, secrets, now))
  return {
    tool: 'stack-back',
    pages: PAGES,
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
    stores: parts.flatMap(({ stores }) => stores),
    reports: parts.flatMap(({ reports }) => reports),
    tides: parts.flatMap(({ tides }) => tides),
    labels: parts.flatMap(({ labels }) => labels),
  }
}

function importOne(
  own: ForeignContainer,
  world: ForeignWorld,
  several: boolean,
  secrets: readonly string[],
  now: Date,
): Pick<Imported, 'notes' | 'stores' | 'reports' | 'tides' | 'labels'> {
  const env = Object.assign({}, own.env, ...world.envFiles.map((file) => file.env))
  const suffix = several ? `-${tideName(own.project ?? own.name)}` : ''
  const store = stackBackStore(env, own, suffix)
  const { notes: said, ...schedule } = importedSchedule(env['CRON_SCHEDULE'] ?? '0 2 * * *', env['TZ'], now)
  const covered = world.containers.filter((one) => one !== own && !isStackBack(one) && isCovered(one, own, env))
  const mounts = covered.flatMap((container) => volumesOf(container, env))
  const targets = [...new Set(mounts.flatMap((mount) => targetOf(mount) ?? []))].toSorted()
  const tide: ImportedTide = {
    name: `stack-back${suffix}`,
    ...schedule,
    targets,
    grouping: 'project',
    ...(store === undefined ? {} : { to: store.name }),
    keep: stackBackKeep(env),
    notes: [
      ...said,
      ...(targets.length === 0 ? ['no container with labels is known: add targets: yourself'] : []),
      ...(store === undefined ? ['no store is known: RESTIC_REPOSITORY is not set; add to: restic:ADDRESS'] : []),
    ],
  }
  const hooks = new Map(covered.map((container) => [container.name, stackBackHooks(container)]))
  const rest = atRest(
    covered,
    targets,
    (container) => ({
      stops: isTrue(labelOf(container, 'volumes.stop-during-backup')) || databaseOf(container) !== undefined,
      pre: hooks.get(container.name)?.pre,
      post: hooks.get(container.name)?.post,
    }),
    secrets,
  )
  return {
    notes: [
      ...covered.flatMap(databaseNote),
      ...[...hooks.values()].flatMap(({ notes }) => notes),
      ...stackBackHooks(own).notes,
      ...stackBackNotes(env),
      ...rest.notes,
    ],
    stores: store === undefined ? [] : [store],
    reports: stackBackReports(env, suffix),
    tides: [tide],
    labels: rest.labels,
  }
}

function isCovered(container: ForeignContainer, own: ForeignContainer, env: Readonly<Record<string, string>>): boolean {
  if (!container.running || container.labels['com.docker.compose.oneoff'] === 'True') return false
  return isTrue(env['INCLUDE_ALL_COMPOSE_PROJECTS']) || isTrue(env['SWARM_MODE']) || container.project === own.project
}

function databaseOf(container: ForeignContainer): string | undefined {
  return ['postgres', 'mariadb', 'mysql'].find((kind) => isTrue(labelOf(container, kind)))
}

function databaseNote(container: ForeignContainer): readonly string[] {
  const kind = databaseOf(container)
  return kind === undefined
    ? []
    : [
        `${container.name}: instead of a dump of ${kind} its data is copied with the server at rest, which restores as a whole`,
      ]
}
