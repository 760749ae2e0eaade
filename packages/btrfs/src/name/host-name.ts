import { SalvageError } from '@salvage-kit/core'

/** Letters, digits, `.` and `-` as buttervolume has it, and `_`; none can be taken for an option or for `user@`. */
export const HOST_PATTERN = '[A-Za-z0-9_][A-Za-z0-9._-]{0,252}'
const HOST = new RegExp(`^${HOST_PATTERN}$`)

/** Whether it can be the name of a host in commands and in markers. */
export function isHostName(host: string): boolean {
  return HOST.test(host) && !host.includes('\n')
}

/** Checks the name of a host and gives it back. Throws `HOST.NAME`. */
export function hostName(host: string): string {
  if (isHostName(host)) return host
  throw new SalvageError('HOST.NAME', `${JSON.stringify(host)} cannot be the name of a host`, {
    why: 'it holds something else than letters, digits, ".", "_" and "-", or begins with a sign',
    hint: 'give users, keys and ports of hosts in ~/.ssh/config, and the name of the entry here',
  })
}
