import type { QuiesceChoice } from '@salvage-kit/core'
import type { HookSettings } from '../quiesce/settings.ts'
import { DUMP as DUMP_QUIESCER, EXEC, SCALE } from '../quiesce/settings.ts'
import { dumpOptions } from './dump-options.ts'
import type { Annotations } from './key.ts'
import { CONTAINER, DIRECTORY, DUMP, EXCLUDE, POST, PRE, QUIESCE, SHELL, TIMEOUT } from './key.ts'
import { commandAt, durationAt, wordAt, wrong } from './value.ts'
import { veleroHooks } from './velero.ts'

const WAYS = ['scale', 'exec', 'dump', 'none'] as const
const DATABASES = ['postgres', 'mysql', 'mariadb'] as const

/** How a workload comes to rest, or why it does not. */
export type Rest =
  | { readonly quiesce: readonly QuiesceChoice[] }
  | { readonly quiesce: readonly []; readonly left: string }

/**
 * What annotations say. Without `quiesce` a `pre` command, a `dump`, or hooks of Velero count; without any of them the workload
 * stays as it is: its snapshots are what a crash would leave. Throws `ANNOTATION.VALUE`, naming the place and the key.
 */
export function restOf(annotations: Annotations, where: string, containers: readonly string[]): Rest {
  const said = wordAt(annotations, QUIESCE, where, WAYS)
  const dump = wordAt(annotations, DUMP, where, DATABASES)
  const hooks = hooksOf(annotations, where, containers)
  const timeoutMs = durationAt(annotations, TIMEOUT, where)
  const way = said ?? (hooks === undefined ? (dump === undefined ? undefined : 'dump') : 'exec')
  switch (way) {
    case undefined:
      return isExcluded(annotations, where)
        ? { quiesce: [], left: `it has ${EXCLUDE}` }
        : { quiesce: [], left: `no ${QUIESCE} says how it comes to rest: the cut is what a crash would leave` }
    case 'none':
      return { quiesce: [], left: `it has ${QUIESCE}: none` }
    case 'scale':
      if (annotations[PRE] !== undefined)
        throw wrong(where, PRE, 'it cannot stand beside scale', 'the pods end: write exec, or leave the command out')
      return { quiesce: [{ quiescer: SCALE, settings: timeoutMs === undefined ? {} : { timeoutMs } }] }
    case 'exec':
      if (hooks === undefined)
        throw wrong(where, QUIESCE, 'exec needs a command', `write ${PRE}, and ${POST} to undo it`)
      return { quiesce: [{ quiescer: EXEC, settings: { ...hooks } }] }
    case 'dump':
      if (dump === undefined)
        throw wrong(where, QUIESCE, 'dump needs a database', `write ${DUMP}: ${DATABASES.join(', ')}`)
      return { quiesce: [{ quiescer: DUMP_QUIESCER, settings: dumpSettings(annotations, where, dump, containers) }] }
  }
}

/** Whether it says that no tide covers it. Throws `ANNOTATION.VALUE`. */
export function isExcluded(annotations: Annotations, where: string): boolean {
  return wordAt(annotations, EXCLUDE, where, ['true', 'false']) === 'true'
}

/** Our own commands, or else those of Velero. */
function hooksOf(annotations: Annotations, where: string, containers: readonly string[]): HookSettings | undefined {
  const pre = commandAt(annotations, PRE, where)
  const post = commandAt(annotations, POST, where)
  const container = containerOf(annotations, where, containers)
  const timeoutMs = durationAt(annotations, TIMEOUT, where)
  const directory = annotations[DIRECTORY]
  if (directory !== undefined && !directory.startsWith('/'))
    throw wrong(where, DIRECTORY, `${JSON.stringify(directory)} is not absolute`, 'write it like /var/run/app')
  const shell = annotations[SHELL]
  const more = { ...(directory === undefined ? {} : { directory }), ...(shell === undefined ? {} : { shell }) }
  if (pre === undefined && post !== undefined)
    throw wrong(where, POST, 'nothing was brought to rest before it', `write ${PRE} too`)
  if (pre === undefined) {
    const foreign = veleroHooks(annotations, where)
    if (foreign?.container !== undefined) known(foreign.container, where, 'container of Velero', containers)
    return foreign === undefined ? undefined : { ...foreign, ...more }
  }
  return {
    pre,
    ...(post === undefined ? {} : { post }),
    ...(container === undefined ? {} : { container }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...more,
  }
}

function containerOf(annotations: Annotations, where: string, containers: readonly string[]): string | undefined {
  const name = annotations[CONTAINER]
  if (name !== undefined) known(name, where, CONTAINER, containers)
  return name
}

function known(name: string, where: string, key: string, containers: readonly string[]): void {
  if (!containers.includes(name))
    throw wrong(where, key, `there is no container ${JSON.stringify(name)}`, `it has ${containers.join(', ')}`)
}

function dumpSettings(
  annotations: Annotations,
  where: string,
  database: string,
  containers: readonly string[],
): QuiesceChoice['settings'] {
  const container = containerOf(annotations, where, containers)
  const timeoutMs = durationAt(annotations, TIMEOUT, where)
  return {
    database,
    ...(container === undefined ? {} : { container }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    options: { ...dumpOptions(annotations, where) },
  }
}
