import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import type { Command } from 'commander'
import type { Spoken } from './failure.ts'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'

/** Runs one command line and resolves with its exit code; whatever goes wrong is printed, never thrown. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  let redacted = terminal
  const program = createProgram(terminal, version(), async (load, command) => {
    // What is heavy is loaded here: help and a wrong command line need none of it.
    const [{ execute }, { redactedTerminal }] = await Promise.all([load(), import('./redacted-terminal.ts')])
    const guarded = redactedTerminal(terminal)
    redacted = guarded
    code = await execute({ args: command.args, options: command.optsWithGlobals<never>(), terminal: guarded, program })
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const [{ printFailure }, { exitCodeOfError }] = await Promise.all([
      import('./failure.ts'),
      import('@salvage-kit/core'),
    ])
    printFailure(error, spoken(args, program), redacted)
    return error instanceof CommanderError ? 2 : exitCodeOfError(error)
  }
}

/** The version of this package. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const found = /"version":\s*"([^"]+)"/.exec(text)?.[1]
  if (found === undefined) throw new Error('package.json has no version')
  return found
}

/** How to speak of an error, also when the command line itself could not be read. */
function spoken(args: readonly string[], program: Command): Spoken {
  let command = program
  let name = program.name()
  for (const arg of args) {
    const found = command.commands.find((one) => one.name() === arg)
    if (found === undefined) continue
    command = found
    name += ` ${arg}`
  }
  return { json: args.includes('--json'), verbose: args.includes('-v') || args.includes('--verbose'), command: name }
}
