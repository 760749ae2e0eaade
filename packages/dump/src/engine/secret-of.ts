import { shellText } from '../shell/text.ts'

/**
 * Lines of a shell that put a password into a variable: what is told, else the first of these variables of the service, else what
 * stands in the file that the same name with `_FILE` names. `name` is not exported.
 */
export function secretOf(name: string, told: string | undefined, variables: readonly string[]): string {
  const lines = variables.flatMap((variable) => [
    `[ -n "$${name}" ] || ${name}=\${${variable}-}`,
    `[ -n "$${name}" ] || [ -z "\${${variable}_FILE-}" ] || ${name}=$(cat "$${variable}_FILE") || d_fail UNREACHABLE`,
  ])
  return [`${name}=${shellText(told ?? '')}`, ...lines, ''].join('\n')
}
