import { webAddress } from '../address.ts'
import type { HttpMessage, Notifier, Secret } from '../notifier.ts'
import { discordBody } from './discord-body.ts'

/** How an address of the original's labels is called. */
export interface SalvageSettings {
  readonly url: Secret
  /** With `GET` nothing is said but that it happened. */
  readonly method: 'POST' | 'GET'
}

/** A web hook of Discord, or an address of the labels of the original, which speaks the same. */
export function salvage({ url, method }: SalvageSettings): Notifier {
  return async (news, { secret }) => {
    const address = webAddress(await secret(url)).href
    return method === 'GET' ? { kind: 'http', method, url: address, headers: {} } : jsonPost(address, discordBody(news))
  }
}

/** A request that posts JSON. */
export function jsonPost(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpMessage {
  return {
    kind: 'http',
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}
