import { createHash } from 'node:crypto'
import type { ContainerSpec, MountSpec } from '../container.ts'
import { extraMounts, FORGET_PATH, RESULT_PATH, VOLUME_PATH } from './mounts.ts'
import { SECRETS_PATH } from './secrets.ts'
import type { ContainerCraneSettings } from './settings.ts'
import { DEFAULT_STOP_TIMEOUT_MS } from './settings.ts'
import type { Work } from './work.ts'

/** A crane that prints without end must not fill the engine's disk; of what it printed last much more than is read stays. */
const KEPT_OUTPUT = { fileBytes: 8 * 1024 * 1024, files: 2 } as const
const LONGEST_HOST = 63

/**
 * The container of one action. The image's entry point, command, user and folder stand; it is not removed by the engine,
 * so its exit code and its output cannot be missed. Throws `CRANE.MOUNT`.
 */
export function vesselSpec(work: Work, settings: ContainerCraneSettings): ContainerSpec {
  const { vessel, version } = work
  return {
    name: vessel.name,
    image: settings.image,
    env: Object.entries({ ...settings.env, ...work.env }).map(([key, value]) => `${key}=${value}`),
    labels: vessel.labels,
    mounts: [...contentMounts(work), ...craneMounts(settings, version)],
    stopTimeoutSeconds: Math.ceil((settings.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS) / 1000),
    autoRemove: false,
    keptOutput: KEPT_OUTPUT,
    ...(settings.network === undefined ? {} : { networkMode: settings.network }),
    ...hostnameOf(vessel.name, work, settings),
  }
}

/** The extra mounts of a crane. Throws `CRANE.MOUNT`, also for what would hide its secrets or the files of version 2. */
export function craneMounts(settings: ContainerCraneSettings, version: Work['version']): readonly MountSpec[] {
  const hasSecrets = Object.keys(settings.secrets ?? {}).length > 0
  return extraMounts(settings.mounts, [
    ...(version === 1 ? [] : [RESULT_PATH, FORGET_PATH]),
    ...(hasSecrets ? [SECRETS_PATH] : []),
  ])
}

function contentMounts({ content, vessel }: Work): readonly MountSpec[] {
  if (content === undefined) return []
  const { source, readOnly } = content
  const place = { target: VOLUME_PATH, readOnly }
  return source.medium === 'directory'
    ? [{ type: 'bind', source: source.path, ...place }]
    : [{ type: 'volume', name: source.name, ...place, noCopy: true, labels: vessel.volumeLabels }]
}

/** A name that stays tells the locks of a dead vessel from others. It has no place in another's network namespace. */
function hostnameOf(
  name: string,
  { version }: Work,
  { network }: ContainerCraneSettings,
): Pick<ContainerSpec, 'hostname'> {
  if (version === 1 || network === 'host' || network?.startsWith('container:') === true) return {}
  if (name.length <= LONGEST_HOST) return { hostname: name }
  const rest = createHash('sha256').update(name).digest('hex').slice(0, 12)
  return { hostname: `${name.slice(0, LONGEST_HOST - 13)}-${rest}` }
}
