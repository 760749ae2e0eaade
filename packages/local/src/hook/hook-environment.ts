import type { HookUser } from './hook-token.ts'

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const KEPT = /^(?:LANG|LC_[A-Z]+|TZ|PATH)$/

/** The environment of a command: this process's own, or a clean one for somebody else, who must not see its secrets. */
export function hookEnvironment(user: HookUser | undefined, environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = { PATH }
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined && (user === undefined || KEPT.test(name))) kept[name] = value
  if (user === undefined) return kept
  return { ...kept, HOME: user.home, USER: user.name, LOGNAME: user.name, SHELL: user.shell }
}
