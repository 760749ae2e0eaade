import { resolve } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { Finding, JsonObject } from '@salvage-kit/core'
import type { RancherBackupSettings } from '@salvage-kit/rancher'
import { offsite } from './offsite.ts'
import { readSchedule } from './schedule.ts'

/** The name of the only tide, and of the machine where nothing says another: chains are of one, whatever container made them. */
export const TIDE = 'rancher-backup'
const STORE = 'offsite'
/** As long as nobody is at rest: dumps and the copy have as long as they need. */
const MAX_HOLD = '7d'

/** Where things of an installation of rancher-backup stand, as far as they are there. */
export interface Installed {
  /** Of the index and the templates of users. */
  readonly folders?: { readonly index: string; readonly templates: string }
  readonly gnupgHome?: string
}

/** A configuration as a person would write it, and what it does not say. */
export interface Rendered {
  readonly config: JsonObject
  /** Variables with secrets in them: the configuration relies on these. */
  readonly environment: Readonly<Record<string, string>>
  readonly findings: readonly Finding[]
}

/** How images of dumps are pulled. */
export type Pull = 'always' | 'missing' | 'never'

/** What else a configuration is made with. */
export interface RenderOptions {
  readonly now: Date
  /** Default: always with templates, else when one is missing. */
  readonly pull?: Pull | undefined
  /** Default: one name for all containers, of which each has another host name. */
  readonly machine?: string | undefined
}

/**
 * What rancher-backup is set to do, as a configuration: its directory is dumped into and copied into its chains. Pure.
 * Throws `RANCHER.SETTING`.
 */
export function configOfRancherBackup(
  settings: RancherBackupSettings,
  installed: Installed,
  { now, pull, machine = TIDE }: RenderOptions,
): Rendered {
  const directory = resolve(settings.duplicity.sourcePath)
  const { store, environment, findings: ofStore } = offsite(settings, directory, installed.gnupgHome)
  const { cron, findings } = readSchedule(settings.schedule, now)
  const dumped = cattleOf(settings, installed, { directory, pull: pull ?? pullOf(installed) })
  return {
    config: {
      machine,
      ...(dumped === undefined ? {} : { cattle: dumped.cattle }),
      directories: [{ path: directory }],
      stores: { [STORE]: { ...store, machine } },
      tides: {
        [TIDE]: {
          cron,
          targets: [`dir:${directory}`],
          to: STORE,
          grouping: 'individual',
          hold: 'copy',
          maxHold: MAX_HOLD,
        },
      },
    },
    environment: { ...environment, ...dumped?.environment },
    findings: [...ofStore, ...findings],
  }
}

/** Templates name images without a version, which were pulled each time; without templates the image is that of the service. */
function pullOf({ folders }: Installed): Pull {
  return folders === undefined ? 'missing' : 'always'
}

interface Dumped {
  readonly cattle: JsonObject
  readonly environment: Readonly<Record<string, string>>
}

/** Nothing where nothing of Rancher is to be dumped: then no address is needed. */
function cattleOf(
  { api, databases, stacks, server, serverDump }: RancherBackupSettings,
  { folders }: Installed,
  { directory, pull }: { readonly directory: string; readonly pull: Pull },
): Dumped | undefined {
  const wantsServer = serverDump !== false
  if (serverDump === true && server === undefined)
    throw missing('rancher.db.host and rancher.db.password', 'module.rancher-db')
  if (api === undefined && (databases || stacks))
    throw missing('rancher.api.url', databases ? 'module.databases' : 'module.stack')
  if (!databases && !stacks && (!wantsServer || (api === undefined && server === undefined))) return undefined
  const { root, project } = api?.address ?? {}
  return {
    cattle: {
      ...(root === undefined
        ? {}
        : { url: project === undefined ? root : `${root}/projects/${encodeURIComponent(project)}` }),
      ...(folders === undefined ? {} : { index: folders.index, templates: folders.templates }),
      ...(databases ? {} : { databases }),
      ...(stacks ? {} : { stacks }),
      into: directory,
      jobs: { pull },
      ...(serverDump === false ? { server: false } : {}),
      ...(!wantsServer || server === undefined
        ? {}
        : { server: { host: server.host, port: server.port, user: server.user, database: server.name } }),
    },
    environment: {
      ...(api?.key === undefined ? {} : { CATTLE_ACCESS_KEY: api.key.name, CATTLE_SECRET_KEY: api.key.secret() }),
      ...(server === undefined ? {} : { CATTLE_DB_CATTLE_PASSWORD: server.password() }),
    },
  }
}

function missing(what: string, by: string): SalvageError {
  return new SalvageError('RANCHER.SETTING', `${what} must be set`, {
    why: `${by} asks for it`,
    hint: `set it, or set ${by} to false`,
  })
}
