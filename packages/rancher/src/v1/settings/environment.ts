import { didYouMean, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { NAMES } from './known.ts'
import type { SettingName } from './known.ts'

/** The texts of settings, wherever they come from, and what is to be said about it. Empty texts are none. */
export interface SettingTexts {
  readonly texts: ReadonlyMap<SettingName, string>
  readonly findings: readonly Finding[]
}

/** Variables of Rancher's own agent, which go before those of this program. */
const OF_AGENT: readonly (readonly [variable: string, name: SettingName])[] = [
  ['CATTLE_URL', 'rancher/api/url'],
  ['CATTLE_ACCESS_KEY', 'rancher/api/key'],
  ['CATTLE_SECRET_KEY', 'rancher/api/secret'],
]
const SECTIONS = new Set(NAMES.map((name) => name.split('/')[0] ?? ''))

/**
 * Settings from environment variables, as confd read them for rancher-backup and a little wider: upper or lower case,
 * `-` or `_` are the same. What looks like a setting and is none is a finding. Throws `RANCHER.SETTING` for a backend of
 * confd other than the environment.
 */
export function settingsOfEnvironment(environment: Readonly<Record<string, string | undefined>>): SettingTexts {
  const backend = environment['CONFD_BACKEND'] ?? ''
  if (backend !== '' && backend !== 'env')
    throw new SalvageError('RANCHER.SETTING', `CONFD_BACKEND: settings are not read from ${JSON.stringify(backend)}`, {
      hint: 'write them into the environment or a file',
    })
  const prefix = plain(environment['CONFD_PREFIX_KEY'] || '/backup')
  const byPlainName = new Map(NAMES.map((name) => [plain(name), name]))
  const texts = new Map<SettingName, string>()
  const findings: Finding[] = []
  for (const [variable, value] of Object.entries(environment).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const path = plain(variable)
    if (!path.startsWith(`${prefix}/`) || !SECTIONS.has(path.slice(prefix.length + 1).split('/')[0] ?? '')) continue
    const name = byPlainName.get(path.slice(prefix.length + 1))
    if (name === undefined) findings.push(unknown(variable, path.slice(prefix.length + 1)))
    else if (value !== undefined && value !== '') texts.set(name, value)
  }
  for (const [variable, name] of OF_AGENT) {
    const value = environment[variable]
    if (value !== undefined && value !== '') texts.set(name, value)
  }
  return { texts, findings }
}

/** One spelling of all: `/backup/duplicity/source/path` without its first slash. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[-_/]+/g, '/')
    .replaceAll(/^\/|\/$/g, '')
}

/** Never repeats the value. */
function unknown(variable: string, path: string): Finding {
  const near = didYouMean(path, NAMES.map(plain))
  return {
    code: 'RANCHER.SETTING_UNKNOWN',
    message: `${variable}: there is no such setting; it has no effect`,
    ...(near === undefined || near === '' ? {} : { hint: near }),
  }
}
