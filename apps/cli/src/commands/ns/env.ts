import { envSettings, readBak, surroundings } from '@salvage-kit/host/ns'
import { failureText } from '../../failure.ts'
import type { Invocation } from '../../invocation.ts'

/** Prints the settings of the variables with all defaults, passwords aside: JSON on stdout, the time and its zone on stderr. */
export async function execute({ options, terminal }: Invocation): Promise<number> {
  const { environment } = terminal
  const { settings, findings } = readBak({ environment, cluster: await surroundings(environment) })
  const { time, settings: shown } = envSettings(settings, new Date())
  if (options.quiet !== true) {
    for (const finding of findings) terminal.err(failureText(finding, 'warning'))
    terminal.err(`${time}\n`)
  }
  terminal.out(`${JSON.stringify(shown, undefined, 2)}\n`)
  return 0
}
