import { allCommands } from './tree.ts'
import type { CompletionCommand, CompletionOption } from './tree.ts'

/** The zsh completion of the program: a file `_salvage-kit` in `fpath`, or `source <(salvage-kit completion zsh)`. */
export function zshCompletion(tree: CompletionCommand): string {
  return `#compdef ${tree.name}
# zsh completion of ${tree.name}
${allCommands(tree).map(definition).join('\n')}
if [ "\${funcstack[1]}" = ${quote(`_${tree.name}`)} ]; then
  ${functionOf(tree)} "$@"
else
  compdef ${functionOf(tree)} ${tree.name}
fi
`
}

function definition(command: CompletionCommand): string {
  const options = command.options.map((option) => `    ${argument(option)} \\`).join('\n')
  if (command.commands.length === 0)
    return `${functionOf(command)}() {
  _arguments -s -S \\
${options}
    ${quote(command.words.length > 0 ? `*:word:(${command.words.join(' ')})` : '*:target or file:_files')}
}`
  return `${functionOf(command)}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -s -S -C \\
${options}
    '1:command:->command' \\
    '*::argument:->argument'
  case "$state" in
    command)
      local -a commands=(
${command.commands.map((child) => `        ${quote(`${child.name}:${child.description}`)}`).join('\n')}
      )
      _describe command commands ;;
    argument)
      case "$line[1]" in
${command.commands.map((child) => `        ${child.name}) ${functionOf(child)} ;;`).join('\n')}
      esac ;;
  esac
}`
}

function argument(option: CompletionOption): string {
  const value = option.choices.length > 0 ? `:value:(${option.choices.join(' ')})` : ':value:_files'
  const text = `[${option.description.replaceAll(/[[\]:]/g, String.raw`\$&`)}]${option.takesValue ? value : ''}`
  if (option.flags.length === 1) return quote(`${option.flags[0] ?? ''}${text}`)
  return `${quote(`(${option.flags.join(' ')})`)}{${option.flags.join(',')}}${quote(text)}`
}

function functionOf(command: CompletionCommand): string {
  return `_salvage_kit${command.path === '' ? '' : `_${command.path.replaceAll(/[ -]/g, '_')}`}`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
