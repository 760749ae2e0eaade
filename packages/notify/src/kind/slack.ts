import { webAddress } from '../address.ts'
import { clip } from '../clip.ts'
import type { Notifier, Secret } from '../notifier.ts'
import { textOf, titleOf } from '../text.ts'
import { jsonPost } from './discord.ts'

/** An incoming web hook of Slack, or of what speaks the same: Mattermost, Rocket.Chat. */
export interface SlackSettings {
  readonly url: Secret
}

// https://docs.slack.dev/reference/methods/chat.postMessage: 4000 characters are the advice, 40,000 the limit. An escaped
// character counts as up to five.
const TEXT = 4000
const TITLE = 300

/** A message by https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. */
export function slack({ url }: SlackSettings): Notifier {
  return async (news, reading) => {
    const title = escaped(titleOf(news), TITLE)
    const text = escaped(textOf(news).replaceAll('```', "'''"), TEXT - title.length - 16)
    return jsonPost(webAddress(await reading.secret(url)).href, { text: `*${title}*\n\`\`\`\n${text}\n\`\`\`` })
  }
}

/** The three characters that Slack wants escaped, in a text that is cut so that it fits with them. */
function escaped(text: string, max: number): string {
  let room = max
  for (;;) {
    const safe = clip(text, room).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    if (safe.length <= max) return safe
    room -= Math.max(1, Math.ceil((safe.length - max) / 5))
  }
}
