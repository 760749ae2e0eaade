import { SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { isThisMachine } from '../client/this-machine.ts'

/** Where the API of a Rancher 1.6 server is. */
export interface CattleAddress {
  /** `https://HOST[:PORT][/PREFIX]/v2-beta`, without a slash at the end. */
  readonly root: string
  /** The id of the environment that the address names, such as `1a5`. */
  readonly project?: string
}

const VERSIONED = /^(?<prefix>.*?)\/v[12](?:-beta)?(?:\/projects\/(?<project>[^/]+))?(?:\/schemas)?$/

/**
 * Reads every form of address that is in use: the server itself, `…/v1`, `…/v2-beta`, each of them with
 * `/projects/ID` and with `/schemas`, with or without a slash at the end, behind a path prefix. Throws `RANCHER.ADDRESS`;
 * the message does not repeat an address that holds credentials.
 */
export function cattleAddress(text: string): CattleAddress {
  const url = URL.parse(text.trim())
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw invalid('it is no address that begins with http:// or https://')
  if (url.username !== '' || url.password !== '') throw invalid('it holds a user name or a password')
  const path = url.pathname.replace(/\/+$/, '')
  const { prefix, project } = VERSIONED.exec(path)?.groups ?? {}
  return {
    root: `${url.origin}${prefix ?? path}/v2-beta`,
    ...(project === undefined ? {} : { project: decodeURIComponent(project) }),
  }
}

/**
 * `RANCHER.UNENCRYPTED`, where the key goes to another machine in the clear. Servers of 1.6 often have no other address, so
 * it is no error; undefined also where somebody has `allowed` it.
 */
export function unencrypted({ root }: CattleAddress, allowed = false): Finding | undefined {
  const { protocol, hostname, origin } = new URL(root)
  if (allowed || protocol === 'https:' || isThisMachine(hostname)) return undefined
  return {
    code: 'RANCHER.UNENCRYPTED',
    message: `the key of Rancher is sent to ${origin} unencrypted`,
    why: 'everybody on the way can read it, and do what it may do',
    hint: 'put a proxy with a certificate before the server and write https://; where the way is safe, set cattle.allowHttp',
  }
}

function invalid(why: string): SalvageError {
  return new SalvageError('RANCHER.ADDRESS', 'this is not the address of a Rancher API', {
    why,
    hint: 'write it like https://rancher.example.org/v2-beta/projects/1a5; keys have settings of their own',
  })
}
