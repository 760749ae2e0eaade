import type { JobStoreEntry } from '@salvage-kit/k8s'
import { formatDuration } from '@salvage-kit/core'

const PULL = { IfNotPresent: 'missing', Always: 'always', Never: 'never' } as const

/** A store of crane Jobs as the file says it; the values of `env` masked. */
export function shownJobStore({ kind, namespace, crane }: JobStoreEntry): Readonly<Record<string, unknown>> {
  const { pull, contract2, env, timeoutMs, startMs, graceMs, ...rest } = crane
  return {
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...rest,
    ...(pull === undefined ? {} : { pull: PULL[pull] }),
    ...contract2,
    ...(env === undefined ? {} : { env: Object.fromEntries(Object.keys(env).map((name) => [name, '***'])) }),
    ...span('timeout', timeoutMs),
    ...span('startTimeout', startMs),
    ...span('grace', graceMs),
  }
}

function span(key: string, ms: number | undefined): Readonly<Record<string, string>> {
  return ms === undefined ? {} : { [key]: formatDuration(ms) }
}
