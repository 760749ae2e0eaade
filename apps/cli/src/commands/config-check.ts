import { loadConfig } from '@salvage-kit/host'
import type { Invocation } from '../invocation.ts'

/** Reads the configuration and rejects with `CONFIG.INVALID` and everything that is wrong in it. */
export async function execute({ options, terminal }: Invocation): Promise<number> {
  const { environment, directory } = terminal
  const { file } = await loadConfig({ file: options.config, environment, directory })
  if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, valid: true, file: file ?? null })}\n`)
  else if (options.quiet !== true)
    terminal.out(
      file === undefined ? 'there is no configuration file; everything is at its default\n' : `${file}: good\n`,
    )
  return 0
}
