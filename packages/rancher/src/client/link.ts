import { SalvageError } from '@salvage-kit/core'

/**
 * Puts a link of an answer under the address that the client was given. Rancher makes links of the host name of the
 * request, so that behind a proxy they may name another scheme or host; and the key must go to one place only.
 * Throws `RANCHER.ANSWER` for a link that leads to no part of the API.
 */
export function ownLink(root: string, link: string): string {
  const url = URL.parse(link, root)
  const tail = /\/v[123](?:-beta)?(\/.*)$/.exec(url?.pathname ?? '')?.[1]
  if (url === null || tail === undefined)
    throw new SalvageError('RANCHER.ANSWER', `${root}: a link in an answer leads out of the API`)
  return `${root}${tail}${url.search}`
}
