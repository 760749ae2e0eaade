import { allCommands } from './tree.ts'
import type { CompletionCommand, CompletionOption } from './tree.ts'

/** The fish completion of the program, for `salvage-kit completion fish | source`. */
export function fishCompletion(tree: CompletionCommand): string {
  return `# fish completion of ${tree.name}
${allCommands(tree)
  .flatMap((command) => lines(tree.name, command))
  .join('\n')}
`
}

function lines(program: string, command: CompletionCommand): readonly string[] {
  const path = command.path.split(' ').filter(Boolean)
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`)
  const children = command.commands.map((child) => child.name).join(' ')
  const here = [...seen, ...(children === '' ? [] : [`not __fish_seen_subcommand_from ${children}`])].join('; and ')
  const start = `complete -c ${program}${here === '' ? '' : ` -n ${quote(here)}`}`
  return [
    ...command.commands.map((child) => `${start} -f -a ${quote(child.name)} -d ${quote(child.description)}`),
    ...(command.words.length > 0 ? [`${start} -f -a ${quote(command.words.join(' '))}`] : []),
    ...command.options.map((option) => `${start} ${optionText(option)}`),
  ]
}

function optionText(option: CompletionOption): string {
  const flags = option.flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const choices = option.choices.length > 0 ? ['-x', '-a', quote(option.choices.join(' '))] : ['-r']
  return [...flags, ...(option.takesValue ? choices : []), '-d', quote(option.description)].join(' ')
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}
