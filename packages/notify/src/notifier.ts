import type { News } from './news.ts'

/** A value that must not be shown, or the file that holds it. */
export type Secret = { readonly value: string } | { readonly file: string }

/** What a notifier reads, each time it is asked. */
export interface Reading {
  /** The value of a secret, without the newline at its end. Rejects with `REPORT.SECRET`. */
  readonly secret: (secret: Secret) => Promise<string>
  /** The text of a file that holds no secret. Rejects with `REPORT.SECRET`. */
  readonly text: (file: string) => Promise<string>
}

/** Turns news into a message of one service. Pure but for the secrets that it reads; holds no state. */
export type Notifier = (news: News, reading: Reading) => Promise<Message>

/** What goes over the wire. */
export type Message = HttpMessage | MailMessage

/** A request; its address and headers may be secrets. */
export interface HttpMessage {
  readonly kind: 'http'
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Absent with GET. */
  readonly body?: string
  /** PEM of the authorities to trust instead of the usual ones. */
  readonly ca?: string
}

/** A mail and the server that takes it. */
export interface MailMessage {
  readonly kind: 'mail'
  readonly host: string
  readonly port: number
  /** `tls` from the first byte; `starttls`: not sent when the server has none; `none`: in clear. */
  readonly tls: 'tls' | 'starttls' | 'none'
  readonly user?: string
  readonly password?: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  /** The same for the same news, so that one that is sent twice shows once. */
  readonly id: string
  readonly ca?: string
}
