import { didYouMean } from '@salvage-kit/core'
import { ContainerCraneConfig } from '../crane/schema.ts'
import type { ContainerCraneSettings } from '../crane/settings.ts'
import type { Labels } from './keys.ts'
import { positive } from './positive.ts'
import type { Reading, RootProblem } from './root-labels.ts'

const SETTINGS = ['image', 'pullOnRun', 'maxConcurrent', 'network']
const ENV = 'env.'
const MOUNT = 'mount.'
const SECRET = 'secret.'

/**
 * Reads one crane. A wrong setting leaves the crane out; an unknown one is a warning. Values of variables are never
 * repeated. Codes: `LABEL.CRANE`, `LABEL.UNKNOWN`.
 */
export function readCrane(
  name: string,
  settings: Labels,
  place: (setting: string) => string,
): Reading<ContainerCraneSettings> {
  const problems: RootProblem[] = []
  const warnings: RootProblem[] = []
  const wrong = (setting: string, message: string): undefined => {
    problems.push({ code: 'LABEL.CRANE', message: `${place(setting)}: ${message}`, crane: name })
    return undefined
  }
  const env: Record<string, string> = {}
  const mounts: Record<string, string> = {}
  const secrets: Record<string, string> = {}
  for (const [setting, value] of Object.entries(settings)) {
    if (setting.startsWith(ENV)) env[setting.slice(ENV.length)] = value
    else if (setting.startsWith(MOUNT)) mounts[setting.slice(MOUNT.length)] = value
    else if (setting.startsWith(SECRET)) secrets[setting.slice(SECRET.length)] = value
    else if (!SETTINGS.includes(setting)) warnings.push(unknown(place(setting), setting))
  }
  const maxConcurrent = positive(settings['maxConcurrent'], (why) => wrong('maxConcurrent', why))
  if (settings['image'] === undefined) wrong('image', `crane ${name} has no image`)
  const config = ContainerCraneConfig.safeParse({
    image: settings['image'] ?? 'missing',
    pull: pullOf(settings['pullOnRun'], place('pullOnRun'), warnings),
    env,
    mounts,
    ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
    ...(settings['network'] === undefined ? {} : { network: settings['network'] }),
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
  })
  for (const issue of config.error?.issues ?? []) wrong(settingOf(issue.path), issue.message)
  if (config.data === undefined || problems.length > 0) return { problems: [...problems, ...warnings] }
  return { value: config.data, problems: warnings }
}

function settingOf([first, ...rest]: readonly PropertyKey[]): string {
  const singular = { mounts: 'mount', secrets: 'secret' }[String(first)]
  return [singular ?? String(first), ...rest.map(String)].join('.')
}

/** True in any case means before every run; as with the original everything else means when it is not there. */
function pullOf(text: string | undefined, place: string, warnings: RootProblem[]): ContainerCraneSettings['pull'] {
  const lower = text?.toLowerCase()
  if (lower !== undefined && lower !== 'true' && lower !== 'false')
    warnings.push({
      code: 'LABEL.UNKNOWN',
      message: `${place}: ${JSON.stringify(text)} is neither true nor false, and counts as false`,
      hint: 'write true or false',
    })
  return lower === 'true' ? 'always' : 'missing'
}

function unknown(place: string, setting: string): RootProblem {
  const known = [...SETTINGS, `${ENV}NAME`, `${MOUNT}VOLUME`, `${SECRET}NAME`]
  return {
    code: 'LABEL.UNKNOWN',
    message: `${place}: it means nothing`,
    hint: didYouMean(setting, SETTINGS) ?? `the settings of a crane are ${known.join(', ')}`,
  }
}
