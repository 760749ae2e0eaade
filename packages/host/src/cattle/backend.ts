import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { Backend, CallOptions, DumpCall, DumpFile, Json, Survey } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'
import { cattleOptions } from './options.ts'

/**
 * Rancher 1.6, as a backend that is loaded when it is first asked. What keeps it from being asked is a problem of all that is
 * Rancher's, and stops nothing else. `closing` ends its client.
 */
export function cattleBackend(loaded: LoadedConfig, closing: AsyncDisposableStack): Backend {
  let opening: Promise<Backend> | undefined
  const opened = (): Promise<Backend> => (opening ??= open(loaded, closing))
  return {
    id: 'rancher',
    discovery: { survey: async (options) => survey(opened, options) },
    dumps: { open: (token, options) => openDump(opened, token, options) },
  }
}

async function open(loaded: LoadedConfig, closing: AsyncDisposableStack): Promise<Backend> {
  const { rancherV1 } = await import('@salvage-kit/rancher')
  return rancherV1(await cattleOptions(loaded, closing))
}

async function survey(opened: () => Promise<Backend>, options: CallOptions): Promise<Survey> {
  options.signal.throwIfAborted()
  try {
    const { discovery } = await opened()
    return (await discovery?.survey(options)) ?? nothing([])
  } catch (error) {
    options.signal.throwIfAborted()
    if (!isSalvageError(error)) throw error
    const finding = findingOf(error)
    return nothing((['rancher:*', 'rancher-db:*'] as const).map((target) => ({ ...finding, target })))
  }
}

function nothing(problems: Survey['problems']): Survey {
  return { targets: [], workloads: [], problems }
}

async function* openDump(
  opened: () => Promise<Backend>,
  token: Json,
  options: DumpCall,
): AsyncGenerator<DumpFile, void> {
  const { dumps } = await opened()
  if (dumps !== undefined) yield* dumps.open(token, options)
}
