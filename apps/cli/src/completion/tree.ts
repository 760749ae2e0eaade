import type { Command, Option } from 'commander'

/** An option as a shell needs to know it. */
export interface CompletionOption {
  /** `-q`, `--quiet`. */
  readonly flags: readonly string[]
  readonly description: string
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

/** A command as a shell needs to know it. */
export interface CompletionCommand {
  /** The words after the program's name, joined by one blank; empty for the program itself. */
  readonly path: string
  readonly name: string
  readonly description: string
  readonly options: readonly CompletionOption[]
  readonly commands: readonly CompletionCommand[]
  /** The words that its first argument can be, when they are known. */
  readonly words: readonly string[]
}

/** The tree of commands as plain data; options of the program itself are repeated on each command, which accepts them. */
export function completionTree(program: Command): CompletionCommand {
  return commandOf(program, '', [])
}

/** All commands of a tree, the program itself first. */
export function allCommands(command: CompletionCommand): readonly CompletionCommand[] {
  return [command, ...command.commands.flatMap(allCommands)]
}

function commandOf(command: Command, path: string, inherited: readonly CompletionOption[]): CompletionCommand {
  const help = command.createHelp()
  const own = help.visibleOptions(command).map(optionOf)
  const flags = new Set(own.flatMap((option) => option.flags))
  const options = [...own, ...inherited.filter((option) => !option.flags.some((flag) => flags.has(flag)))]
  const passedOn = options.filter((option) => !option.flags.includes('--version'))
  return {
    path,
    name: command.name(),
    description: command.description(),
    options,
    commands: help
      .visibleCommands(command)
      .filter((child) => child.name() !== 'help')
      .map((child) => commandOf(child, `${path} ${child.name()}`.trim(), passedOn)),
    words: command.registeredArguments[0]?.argChoices ?? [],
  }
}

function optionOf(option: Option): CompletionOption {
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  }
}
