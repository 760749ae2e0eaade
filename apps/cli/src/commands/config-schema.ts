import { configSchema } from '@salvage-kit/host'
import type { Invocation } from '../invocation.ts'

/** Prints the JSON schema of the configuration file; with and without `--json` the same. */
export async function execute({ terminal }: Invocation): Promise<number> {
  terminal.out(`${JSON.stringify(await configSchema(), undefined, 2)}\n`)
  return 0
}
