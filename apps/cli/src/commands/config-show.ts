import { loadConfig, shownConfig } from '@salvage-kit/host'
import type { Invocation } from '../invocation.ts'

/** Prints the configuration in force: as YAML, with `--json` as JSON. The values of crane variables are masked. */
export async function execute({ options, terminal }: Invocation): Promise<number> {
  const { environment, directory } = terminal
  const { config, file } = await loadConfig({ file: options.config, environment, directory })
  const shown = await shownConfig(config)
  if (options.json === true)
    terminal.out(`${JSON.stringify({ version: 1, file: file ?? null, config: shown.value }, undefined, 2)}\n`)
  else terminal.out(`# ${file ?? 'no file, everything at its default'}\n${shown.yaml}`)
  return 0
}
