import { SalvageError } from '@salvage-kit/core'
import { isThisMachine } from '../client/this-machine.ts'

/** What follows the address of the server in the addresses that people copy: of its APIs, its pages, a cluster in a kubeconfig. */
const WITHIN = /\/(?:v[13](?:-public)?|k8s\/(?:clusters|proxy)|dashboard|apis)(?:\/.*)?$/

/**
 * The address of a Rancher 2 server, without a slash at the end, from whatever address of it: behind a path prefix too.
 * Plain `http:` is good for this machine only. Throws `RANCHER.ADDRESS`; the message does not repeat an address that holds credentials.
 */
export function rancherAddress(text: string): string {
  const url = URL.parse(text.trim())
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw invalid('it is no address that begins with https://')
  if (url.username !== '' || url.password !== '') throw invalid('it holds a user name or a password')
  // A token would be there for everybody on the way to read.
  if (url.protocol === 'http:' && !isThisMachine(url.hostname))
    throw invalid('http:// would send the token unencrypted')
  return `${url.origin}${url.pathname.replace(WITHIN, '').replace(/\/+$/, '')}`
}

function invalid(why: string): SalvageError {
  return new SalvageError('RANCHER.ADDRESS', 'this is not the address of a Rancher server', {
    why,
    hint: 'write it like https://rancher.example.org; the token stands in a file of its own',
  })
}
