import type { Command } from 'commander'
import type { RedactedTerminal } from './redacted-terminal.ts'

/** The options that every command takes. */
export interface GlobalOptions {
  readonly config?: string
  readonly state?: string
  readonly passwordFile?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** One call of one command. */
export interface Invocation<Options = unknown> {
  readonly args: readonly string[]
  readonly options: Options & GlobalOptions
  readonly terminal: RedactedTerminal
  /** The whole tree of commands; what shell completion is made from. */
  readonly program: Command
}

/** What a command file exports: does the command and resolves with the exit code. Rejects with what went wrong. */
export type Execute<Options = unknown> = (invocation: Invocation<Options>) => Promise<number>
