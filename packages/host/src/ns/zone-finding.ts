import { readFileSync } from 'node:fs'
import type { Finding } from '@salvage-kit/core'
import type { Environment } from '@salvage-kit/k8s'

const UTC = /^(?:<?(?:UTC|GMT|Z|\+00)>?0)?$/

/**
 * That a zone file was put over `/etc/localtime`, as the jobs of backup-ns have it, and is not heeded: the runtime knows zones
 * by their names only. Undefined when `TZ` says the zone, or the file says UTC.
 */
export function zoneFinding(environment: Environment, zone: string, path = '/etc/localtime'): Finding | undefined {
  if (environment['TZ'] !== undefined || !/^(?:Etc\/)?(?:UTC|GMT|Unknown)$/.test(zone)) return undefined
  let footer: string
  try {
    // The last line of a zone file says the rule in words: https://www.rfc-editor.org/rfc/rfc8536#section-3.3
    footer = readFileSync(path, 'latin1').trimEnd().split('\n').at(-1) ?? ''
  } catch {
    return undefined
  }
  if (UTC.test(footer)) return undefined
  return {
    code: 'BAK.ZONE',
    message: `the zone of ${path} (${footer}) is not heeded, and the days are those of UTC`,
    hint: 'set TZ, such as TZ=Europe/Vienna',
  }
}
