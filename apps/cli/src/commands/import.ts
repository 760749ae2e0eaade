import { loadConfig } from '@salvage-kit/host'
import { IMPORT_TOOLS, importedConfig, readWorld } from '@salvage-kit/host/import'
import { usageError } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'

/** Options of `import`. */
export interface ImportOptions {
  readonly compose?: string
  readonly envFile?: readonly string[]
  readonly settings?: string
}

/**
 * Prints what another backup tool does, as a configuration of salvage-kit. Only reads. Rejects with `IMPORT.NOTHING`,
 * `IMPORT.UNREADABLE` and `PREFLIGHT.DOCKER`.
 */
export async function execute({ args, options, terminal }: Invocation<ImportOptions>): Promise<number> {
  const tool = IMPORT_TOOLS.find((name) => name === args[0])
  if (tool === undefined)
    throw usageError(`${args[0] ?? ''} is not known`, { hint: `known are ${IMPORT_TOOLS.join(', ')}` })
  const { environment, directory } = terminal
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  const { config } = await loadConfig({ file: options.config, environment, directory })
  const { compose, envFile: envFiles = [], settings: settingsFile } = options
  const host = config.docker?.host
  const world = await readWorld({ compose, envFiles, settingsFile, host, environment, directory }, { signal })
  const yaml = importedConfig(tool, world, new Date())
  terminal.out(options.json === true ? `${JSON.stringify({ version: 1, tool, yaml })}\n` : yaml)
  return 0
}
