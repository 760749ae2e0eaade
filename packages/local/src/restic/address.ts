import { resolve } from 'node:path'
import { SalvageError } from '@salvage-kit/core'

const SCHEME = /^(?:sftp|rest|s3|b2|azure|gs|swift|rclone):/
const PASSWORD = /:\/\/[^/@\s:]*:([^/\s]+)@/

/** An address that means the same in every process. Throws `STORE.SECRET_IN_ADDRESS`. */
export function normaliseAddress(address: string): string {
  if (PASSWORD.test(address))
    throw new SalvageError('STORE.SECRET_IN_ADDRESS', `the address ${redacted(address)} holds a password`, {
      why: 'references stand in plans, journals and logs, where no secret may be',
      hint:
        'write the address into a file that only you can read and use restic:@FILE, ' +
        'or leave the password out and set RESTIC_REST_PASSWORD',
    })
  if (SCHEME.test(address)) return address
  if (address.startsWith('@')) return `@${resolve(address.slice(1))}`
  if (address.startsWith('local:')) return `local:${resolve(address.slice('local:'.length))}`
  return address === '' ? address : resolve(address)
}

/** The folder of an address on this machine; undefined for one elsewhere. */
export function localFolder(address: string): string | undefined {
  if (address.startsWith('local:')) return resolve(address.slice('local:'.length))
  return SCHEME.test(address) ? undefined : resolve(address)
}

/** Takes passwords out of a text that may hold addresses: those of `address`, and any other that looks like one. */
export function redacted(text: string, address = ''): string {
  const secret = PASSWORD.exec(address)?.[1]
  const without = secret === undefined ? text : text.replaceAll(secret, '***')
  return without.replaceAll(new RegExp(PASSWORD.source, 'g'), (match, password: string) =>
    match.replace(`:${password}@`, ':***@'),
  )
}
