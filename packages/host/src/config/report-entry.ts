import type { NewsEvent } from '@salvage-kit/notify'

/** What reports can be asked for. */
export type ReportEvent = NewsEvent

/** What all reports may say. */
interface CommonEntry {
  /** Default: `success`, `partial` and `failure`; with healthchecks also `start`. */
  readonly on?: readonly ReportEvent[]
  /** PEM of the authorities that the service is trusted by. */
  readonly caFile?: string
}

/** An address, or the file that holds it: one of the two. */
export interface AddressEntry {
  readonly url?: string
  readonly urlFile?: string
}

/** A token, or the file that holds it. */
interface TokenEntry {
  readonly token?: string
  readonly tokenFile?: string
}

/** A mail server; user and password, or neither. */
export interface MailEntry extends CommonEntry {
  readonly kind: 'email'
  readonly host: string
  readonly port?: number
  readonly tls?: 'starttls' | 'tls' | 'none'
  readonly user?: string
  readonly password?: string
  readonly passwordFile?: string
  readonly from: string
  readonly to: readonly string[]
}

/** A program of one's own that takes JSON. */
export interface WebhookEntry extends CommonEntry, AddressEntry {
  readonly kind: 'webhook'
  readonly secret?: string
  readonly secretFile?: string
  /** Their values may be secrets. */
  readonly headers?: Readonly<Record<string, string>>
  readonly headerFiles?: Readonly<Record<string, string>>
}

/** Where reports go and which. */
export type ReportEntry =
  | ({ readonly kind: 'discord' | 'slack' | 'healthchecks' } & CommonEntry & AddressEntry)
  | ({ readonly kind: 'ntfy' | 'gotify' } & CommonEntry & AddressEntry & TokenEntry)
  | ({ readonly kind: 'matrix'; readonly room: string } & CommonEntry & AddressEntry & TokenEntry)
  | WebhookEntry
  | MailEntry
