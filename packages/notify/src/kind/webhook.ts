import { createHmac } from 'node:crypto'
import { webAddress } from '../address.ts'
import type { News } from '../news.ts'
import type { Notifier, Secret } from '../notifier.ts'
import { jsonPost } from './discord.ts'

/** A program of one's own. */
export interface WebhookSettings {
  readonly url: Secret
  /** Signs each body. */
  readonly secret?: Secret
  readonly headers?: Readonly<Record<string, Secret>>
}

/** The version of {@link WebhookBody}; it changes when a key changes or goes. */
export const WEBHOOK_VERSION = 1

/** The news as they are, with a version. */
export type WebhookBody = { readonly version: typeof WEBHOOK_VERSION } & News

/**
 * News as JSON to any address. With a secret the header `X-Salvage-Signature` says `sha256=` and the HMAC-SHA256 of the
 * body in hexadecimal.
 */
export function webhook({ url, secret, headers = {} }: WebhookSettings): Notifier {
  return async (news, reading) => {
    const address = webAddress(await reading.secret(url)).href
    const own: Record<string, string> = {}
    for (const [name, value] of Object.entries(headers)) own[name.toLowerCase()] = await reading.secret(value)
    const body: WebhookBody = { version: WEBHOOK_VERSION, ...news }
    const message = jsonPost(address, body, own)
    if (secret === undefined) return message
    const hmac = createHmac('sha256', await reading.secret(secret)).update(message.body ?? '')
    return { ...message, headers: { ...message.headers, 'x-salvage-signature': `sha256=${hmac.digest('hex')}` } }
  }
}
