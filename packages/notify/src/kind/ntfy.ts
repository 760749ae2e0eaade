import { SalvageError } from '@salvage-kit/core'
import { webAddress } from '../address.ts'
import { clip, clipBytes } from '../clip.ts'
import type { Notifier, Secret } from '../notifier.ts'
import { isBad, textOf, titleOf } from '../text.ts'
import { jsonPost } from './discord.ts'

/** A topic of ntfy. */
export interface NtfySettings {
  /** Of the topic: `https://ntfy.sh/TOPIC`. */
  readonly url: Secret
  readonly token?: Secret
}

// https://docs.ntfy.sh/publish/#limitations: a longer message becomes an attachment, where the server has any.
const MESSAGE_BYTES = 4096
// The server reads twice its message limit when it is asked in JSON (server.go, transformBodyJSON).
const BODY_BYTES = 2 * MESSAGE_BYTES
const TITLE = 250
/** Of the server: 3 is usual, 4 is high. */
const USUAL = 3
const HIGH = 4

/** A notification by https://docs.ntfy.sh/publish/#publish-as-json, which takes any characters in titles. */
export function ntfy({ url, token }: NtfySettings): Notifier {
  return async (news, reading) => {
    const server = webAddress(await reading.secret(url))
    const [, path = '', topic = ''] = /^(.*\/)([^/]+)\/?$/.exec(server.pathname) ?? []
    if (topic === '')
      throw new SalvageError('REPORT.ADDRESS', 'the address for ntfy names no topic', {
        hint: 'write it like https://ntfy.sh/TOPIC',
      })
    server.pathname = path
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${await reading.secret(token)}` }
    const body = (room: number): object => ({
      topic: decodeURIComponent(topic),
      title: clip(titleOf(news), TITLE),
      message: clipBytes(textOf(news), room),
      priority: isBad(news) ? HIGH : USUAL,
      tags: [isBad(news) ? 'warning' : 'package'],
    })
    let room = MESSAGE_BYTES
    while (Buffer.byteLength(JSON.stringify(body(room))) > BODY_BYTES) room = Math.floor(room * 0.8)
    return jsonPost(server.href, body(room), headers)
  }
}
