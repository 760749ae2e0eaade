import { createHash } from 'node:crypto'
import { below, webAddress } from '../address.ts'
import { clipBytes } from '../clip.ts'
import type { Notifier, Secret } from '../notifier.ts'
import { textOf, titleOf } from '../text.ts'
import { jsonPost } from './discord.ts'

/** A room of Matrix. It must not be encrypted. */
export interface MatrixSettings {
  /** Of the home server. */
  readonly url: Secret
  /** Its id, such as `!abc:example.org`. */
  readonly room: string
  readonly token: Secret
}

// https://spec.matrix.org/latest/client-server-api/#size-limits: a whole event has 65,536 bytes, escapes and the parts
// that the server adds among them.
const EVENT_BYTES = 60_000

/** A notice by `PUT …/send/m.room.message/{txnId}`; the same news make one message, however often they are sent. */
export function matrix({ url, room, token }: MatrixSettings): Notifier {
  return async (news, reading) => {
    const transaction = createHash('sha256').update(JSON.stringify(news)).digest('hex').slice(0, 32)
    const path = `_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${transaction}`
    const address = below(webAddress(await reading.secret(url)), path).href
    const text = `${titleOf(news)}\n\n${textOf(news)}`
    const body = (max: number): object => ({ msgtype: 'm.notice', body: clipBytes(text, max) })
    let max = EVENT_BYTES
    while (Buffer.byteLength(JSON.stringify(body(max))) > EVENT_BYTES) max = Math.floor(max * 0.8)
    const headers = { authorization: `Bearer ${await reading.secret(token)}` }
    return { ...jsonPost(address, body(max), headers), method: 'PUT' }
  }
}
