import { allCommands } from './tree.ts'
import type { CompletionCommand } from './tree.ts'

/** The bash completion of the program, for `source <(salvage-kit completion bash)`. Needs nothing but bash 4. */
export function bashCompletion(tree: CompletionCommand): string {
  const commands = allCommands(tree)
  const options = commands.flatMap((command) => command.options)
  const valued = [...new Set(options.filter((option) => option.takesValue).flatMap((option) => option.flags))]
  const chosen = new Map(
    options.filter((option) => option.choices.length > 0).map((option) => [option.flags.join('|'), option.choices]),
  )
  const parents = commands.filter((command) => command.commands.length > 0)
  return `# bash completion of ${tree.name}
_salvage_kit() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      ${valued.join('|')}) ((index++)); continue ;;
      -*) continue ;;
    esac
    case "$path/$word" in
${parents.map(descend).join('\n')}
    esac
  done
  case "$previous" in
${[...chosen].map(([flags, choices]) => `    ${flags}) COMPREPLY=($(compgen -W ${quote(choices.join(' '))} -- "$current")); return ;;`).join('\n')}
    ${valued.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  if [[ $current == -* ]]; then
    case "$path" in
${commands.map((command) => `      ${quote(command.path)}) COMPREPLY=($(compgen -W ${quote(command.options.flatMap((option) => option.flags).join(' '))} -- "$current")) ;;`).join('\n')}
    esac
    return
  fi
  case "$path" in
${commands.map(words).filter(Boolean).join('\n')}
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _salvage_kit ${tree.name}
`
}

function descend(command: CompletionCommand): string {
  return command.commands
    .map((child) => `      ${quote(`${command.path}/${child.name}`)}) path=${quote(child.path)} ;;`)
    .join('\n')
}

function words(command: CompletionCommand): string {
  const candidates = [...command.commands.map((child) => child.name), ...command.words]
  if (candidates.length === 0) return ''
  return `    ${quote(command.path)}) COMPREPLY=($(compgen -W ${quote(candidates.join(' '))} -- "$current")) ;;`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
