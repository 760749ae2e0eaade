import { below, webAddress } from '../address.ts'
import { clip, clipBytes } from '../clip.ts'
import type { Notifier, Secret } from '../notifier.ts'
import { isBad, textOf, titleOf } from '../text.ts'
import { jsonPost } from './discord.ts'

/** A server of Gotify. */
export interface GotifySettings {
  readonly url: Secret
  /** Of an application. */
  readonly token: Secret
}

// Gotify names no limit; its column is TEXT (model/message.go), which holds 65,535 bytes in MySQL.
const MESSAGE_BYTES = 60_000
const TITLE = 250
/** 4 to 7 make a sound on phones, 8 and more also vibrate. */
const USUAL = 4
const HIGH = 8

/** A message by https://gotify.net/docs/pushmsg. */
export function gotify({ url, token }: GotifySettings): Notifier {
  return async (news, reading) => {
    const address = below(webAddress(await reading.secret(url)), 'message').href
    const body = {
      title: clip(titleOf(news), TITLE),
      message: clipBytes(textOf(news), MESSAGE_BYTES),
      priority: isBad(news) ? HIGH : USUAL,
      extras: { 'client::display': { contentType: 'text/plain' } },
    }
    return jsonPost(address, body, { 'x-gotify-key': await reading.secret(token) })
  }
}
