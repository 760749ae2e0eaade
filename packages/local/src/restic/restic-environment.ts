import type { Repository } from './restic-store.ts'

const OVERRIDDEN = ['RESTIC_REPOSITORY', 'RESTIC_REPOSITORY_FILE', 'RESTIC_PROGRESS_FPS', 'RESTIC_FEATURES']
const PASSWORDS = ['RESTIC_PASSWORD', 'RESTIC_PASSWORD_FILE', 'RESTIC_PASSWORD_COMMAND']

/** How many lines of progress restic writes in a second. */
const PROGRESS_FPS = '2'

/**
 * The environment of a restic process: this process's own, with the repository, and with its password file in place of
 * every other password when it has one. The address goes here and not into an argument, where everybody could read it.
 */
export function resticEnvironment(repository: Repository, environment: NodeJS.ProcessEnv): Record<string, string> {
  const dropped = new Set([...OVERRIDDEN, ...(repository.passwordFile === undefined ? [] : PASSWORDS)])
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined && !dropped.has(name)) kept[name] = value
  return {
    ...kept,
    RESTIC_REPOSITORY: repository.address,
    RESTIC_PROGRESS_FPS: PROGRESS_FPS,
    ...(repository.passwordFile === undefined ? {} : { RESTIC_PASSWORD_FILE: repository.passwordFile }),
  }
}

/** Whether anything in an environment says where the password is. */
export function namesPassword(environment: NodeJS.ProcessEnv): boolean {
  return PASSWORDS.some((name) => (environment[name] ?? '') !== '')
}
