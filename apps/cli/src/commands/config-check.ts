import { checkReports, loadConfig } from '@salvage-kit/host'
import { failureText } from '../failure.ts'
import type { Invocation } from '../invocation.ts'

/**
 * Reads the configuration and rejects with `CONFIG.INVALID` and everything that is wrong in it. Exit code 2 when a file
 * that reports need cannot be read.
 */
export async function execute({ options, terminal }: Invocation): Promise<number> {
  const { environment, directory } = terminal
  const loaded = await loadConfig({ file: options.config, environment, directory })
  const { file } = loaded
  const problems = await checkReports(loaded)
  const valid = problems.length === 0
  if (options.json === true)
    terminal.out(`${JSON.stringify({ version: 1, valid, file: file ?? null, ...(valid ? {} : { problems }) })}\n`)
  else if (!valid) for (const problem of problems) terminal.err(failureText(problem))
  else if (options.quiet !== true)
    terminal.out(
      file === undefined ? 'there is no configuration file; everything is at its default\n' : `${file}: good\n`,
    )
  return valid ? 0 : 2
}
