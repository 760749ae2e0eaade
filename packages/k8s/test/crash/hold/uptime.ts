import { readFileSync } from 'node:fs'

/** The clock that the pods read too: seconds since the machine started. */
export function uptime(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
}
