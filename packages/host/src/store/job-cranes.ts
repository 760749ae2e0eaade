import type { JobCraneSettings } from '@salvage-kit/k8s'
import type { Config } from '../config/config.ts'

/** The crane images of the stores that are Jobs, by the names of their stores. */
export function jobCranes({ stores = {} }: Config): Readonly<Record<string, JobCraneSettings>> {
  return Object.fromEntries(
    Object.entries(stores).flatMap(([name, entry]) =>
      typeof entry === 'object' && entry.kind === 'job' ? [[name, entry.crane] as const] : [],
    ),
  )
}
