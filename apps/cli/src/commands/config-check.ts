import { checkCattle, checkLabels, checkReports, loadConfig } from '@salvage-kit/host'
import type { CheckedLabels } from '@salvage-kit/host'
import { failureText } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'

/** What `config check` takes. */
export interface CheckOptions {
  /** `--no-docker` says no. */
  readonly docker?: boolean
}

/**
 * Reads the configuration, and the labels of the engine when there is one. Rejects with `CONFIG.INVALID` and everything
 * that is wrong in the file. Exit code 2 when something is wrong with labels, or a file that reports or Rancher need
 * cannot be read.
 */
export async function execute({ options, terminal }: Invocation<CheckOptions>): Promise<number> {
  using interrupt = interruptible(terminal)
  const { environment, directory } = terminal
  const loaded = await loadConfig({ file: options.config, environment, directory })
  const { file } = loaded
  const { signal } = interrupt
  const labels: CheckedLabels | undefined =
    options.docker === false ? undefined : await checkLabels({ loaded, directory }, { signal })
  const ofFile = [...(await checkReports(loaded)), ...(await checkCattle(loaded))]
  const problems = [...ofFile, ...(labels?.problems ?? [])]
  const valid = problems.length === 0
  if (options.json === true)
    terminal.out(
      `${JSON.stringify({ version: 1, valid, file: file ?? null, labels: labels?.state ?? 'off', problems })}\n`,
    )
  else {
    for (const problem of problems) terminal.err(failureText(problem))
    if (options.quiet !== true) terminal.out(`${ofFile.length === 0 ? fileText(file) : ''}${labelText(labels)}`)
  }
  return valid ? 0 : 2
}

function fileText(file: string | undefined): string {
  return file === undefined ? 'there is no configuration file; everything is at its default\n' : `${file}: good\n`
}

function labelText(labels: CheckedLabels | undefined): string {
  if (labels === undefined) return 'labels of containers: not looked at (--no-docker)\n'
  const { state, failure, problems } = labels
  if (state !== 'connected')
    return `labels of containers: not looked at: ${failure?.message ?? 'Docker is switched off'}\n`
  return problems.length === 0 ? 'labels of containers: good\n' : ''
}
