import type { JsonObject } from '@salvage-kit/core'
import type { RancherBackupSettings } from '@salvage-kit/rancher'
import type { LoadedConfig } from '../config/load-config.ts'
import { cronTimes } from '../schedule/cron.ts'
import { TIDE } from './rendered.ts'
import type { RancherBackupSurvey } from './survey.ts'

/** What a run would do, for people and programs. */
export interface Outline extends JsonObject {
  readonly source: string
  /** Without a password. */
  readonly url: string
  /** Absent: whoever reads the far end reads the copies. */
  readonly encryptedFor?: string
  readonly schedule: string
  /** ISO 8601 in UTC. */
  readonly next?: string
  readonly fullIfOlderThan: string
  readonly fullChainsKept: number
  /** Of how many of the chains incremental copies are kept. */
  readonly incrementalsKeptOf: number
  readonly databases: number
  readonly stacks: number
  readonly server: boolean
  /** Absent: what is known without templates. */
  readonly templates?: string
}

/** Says what a run by these settings would do with what was found. Pure. */
export function outlineOf(
  { config }: LoadedConfig,
  { duplicity, schedule }: RancherBackupSettings,
  items: RancherBackupSurvey['items'],
  now: Date,
): Outline {
  const { cron = '' } = config.tides?.[TIDE] ?? {}
  const next = cron === '' ? undefined : cronTimes(cron).after(now)
  const templates = config.cattle?.templates
  const count = (kind: string): number => items.filter((item) => item.kind === kind).length
  return {
    source: duplicity.sourcePath,
    url: masked(duplicity.url ?? ''),
    ...(duplicity.encryptKey === undefined ? {} : { encryptedFor: duplicity.encryptKey }),
    schedule,
    ...(next === undefined ? {} : { next: next.toISOString() }),
    fullIfOlderThan: duplicity.fullIfOlderThan,
    fullChainsKept: duplicity.removeAllButNFull,
    incrementalsKeptOf: duplicity.removeAllIncOfButNFull,
    databases: count('database'),
    stacks: count('stack'),
    server: count('server') > 0,
    ...(templates === undefined ? {} : { templates }),
  }
}

function masked(url: string): string {
  return url.replace(/(:\/\/[^\s/:@]*:)[^\s/]*@/, '$1***@')
}

/** The same on lines for people. */
export function outlineText(outline: Outline): string {
  const { databases, stacks, server, encryptedFor, templates, next } = outline
  const rows = [
    ['source', outline.source],
    ['copied to', outline.url],
    ['encrypted', encryptedFor === undefined ? 'NOT ENCRYPTED' : `for the GnuPG key ${encryptedFor}`],
    ['schedule', `${outline.schedule}${next === undefined ? '' : `, next at ${next}`}`],
    ['chains', `a full copy after ${outline.fullIfOlderThan}, incremental ones until then`],
    [
      'kept',
      `${counted(outline.fullChainsKept, 'full chain')}, incremental copies of the newest ${String(outline.incrementalsKeptOf)}`,
    ],
    [
      'dumps',
      `${counted(databases, 'database')}, ${counted(stacks, 'stack')}, ${server ? '' : 'not '}the database of Rancher itself`,
    ],
    ['templates', templates ?? 'none: databases are dumped by what salvage-kit knows itself'],
  ]
  return rows.map(([name = '', text = '']) => `${name.padEnd(11)}${text}\n`).join('')
}

function counted(count: number, what: string): string {
  return `${String(count)} ${what}${count === 1 ? '' : 's'}`
}
