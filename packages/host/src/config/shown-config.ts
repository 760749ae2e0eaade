import type { Config } from './config.ts'
import { formatDuration } from '@salvage-kit/core'
import { shownJobStore } from './shown-job-store.ts'

/** A configuration as it may be shown: spans of time as text again, what may be a secret masked. */
export interface ShownConfig {
  readonly value: unknown
  readonly yaml: string
}

const SPANS = new Set(['maxHold', 'withinMs', 'timeout', 'stopTimeout', 'grace', 'healthTimeout', 'jitter'])

/** Makes a configuration fit to be shown. */
export async function shownConfig(config: Config): Promise<ShownConfig> {
  const { stringify } = await import('yaml')
  const stores = Object.entries(config.stores ?? {}).map(([name, entry]) => {
    const isOfJobs = typeof entry === 'object' && entry.kind === 'job'
    return [name, isOfJobs ? shownJobStore(entry) : entry] as const
  })
  const value = shown(config.stores === undefined ? config : { ...config, stores: Object.fromEntries(stores) }, [])
  return { value, yaml: Object.keys(config).length === 0 ? '' : stringify(value) }
}

function shown(value: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => shown(item, path))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key === 'withinMs' ? 'within' : key, shown(inner, [...path, key])]),
    )
  if (isSecret(path)) return '***'
  return typeof value === 'number' && SPANS.has(path.at(-1) ?? '') ? formatDuration(value) : value
}

const SECRETS = new Set(['url', 'token', 'secret', 'password'])

/** Whether a value may be one: variables of cranes, and what reports are reached by. */
function isSecret([area, , key, inner]: readonly string[]): boolean {
  if (area === 'cranes') return key === 'env' && inner !== undefined
  if (area === 'reports') return key !== undefined && (SECRETS.has(key) || (key === 'headers' && inner !== undefined))
  return area === 'tides' && key === 'heartbeat' && (inner === undefined || inner === 'url')
}
