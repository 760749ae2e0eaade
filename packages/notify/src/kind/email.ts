import { createHash } from 'node:crypto'
import { oneLine } from '@salvage-kit/core'
import { clip, clipBytes } from '../clip.ts'
import type { MailMessage, Notifier, Secret } from '../notifier.ts'
import { textOf, titleOf } from '../text.ts'

/** A mail server and who gets the mail. */
export interface EmailSettings {
  readonly host: string
  /** Default: 465 with `tls`, else 587. */
  readonly port?: number
  /** Default: `starttls`. */
  readonly tls?: MailMessage['tls']
  readonly user?: string
  readonly password?: Secret
  readonly from: string
  readonly to: readonly string[]
}

// RFC 5321, 4.5.3.1.7: every server takes 64 kB, most take 10 MB and more. A report of that size is read by nobody.
const TEXT_BYTES = 1_000_000
const SUBJECT = 200

/** A plain text mail. */
export function email(settings: EmailSettings): Notifier {
  const { host, tls = 'starttls', port = tls === 'tls' ? 465 : 587, user, password, from, to } = settings
  return async (news, reading) => {
    const id = createHash('sha256')
      .update(JSON.stringify([news, to]))
      .digest('hex')
      .slice(0, 40)
    return {
      kind: 'mail',
      host,
      port,
      tls,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password: await reading.secret(password) }),
      from,
      to,
      subject: clip(oneLine(`[salvage-kit] ${titleOf(news)}`), SUBJECT),
      text: `${clipBytes(textOf(news), TEXT_BYTES)}\n`,
      id: `<${id}@salvage-kit>`,
    }
  }
}
