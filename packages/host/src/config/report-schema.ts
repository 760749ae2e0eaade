import { z } from 'zod'
import type { AddressEntry, ReportEntry } from './report-entry.ts'
import { AbsolutePath } from './scalars.ts'

const EVENTS = ['start', 'success', 'partial', 'failure', 'volumeSuccess', 'volumeFailure'] as const
const Text = z.string().min(1)

/** A web address; a wrong one is not repeated, for it may be a secret. */
const WebAddress = z
  .string()
  .refine(isWebAddress, { message: 'it is no web address; write it like https://example.org/hook' })
const HeaderName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'it is not the name of a header')
// A name that would end the header, or the address, is refused by no mail server in the same way.
const MailAddress = z.string().regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/, 'it is no mail address')

const common = {
  on: z.array(z.enum(EVENTS)).min(1).exactOptional().describe('which reports; default: success, partial, failure'),
  caFile: AbsolutePath.exactOptional().describe('PEM of the authorities that the service is trusted by'),
}
const address = {
  url: WebAddress.exactOptional().describe('may be a secret'),
  urlFile: AbsolutePath.exactOptional().describe('file with the address'),
}
const token = {
  token: Text.exactOptional(),
  tokenFile: AbsolutePath.exactOptional().describe('file with the token'),
}

/** A place that reports go to. */
export const Report: z.ZodType<ReportEntry> = z.union([
  z.strictObject({ kind: z.enum(['discord', 'slack', 'healthchecks']), ...common, ...address }),
  z.strictObject({ kind: z.enum(['ntfy', 'gotify']), ...common, ...address, ...token }),
  z.strictObject({
    kind: z.literal('matrix'),
    room: z.string().regex(/^!.+/, 'it is not the id of a room, such as !abc:example.org'),
    ...common,
    ...address,
    ...token,
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    ...common,
    ...address,
    secret: Text.exactOptional().describe('signs the body: X-Salvage-Signature'),
    secretFile: AbsolutePath.exactOptional(),
    headers: z.record(HeaderName, z.string().regex(/^[^\r\n\0]*$/, 'it holds a line break')).exactOptional(),
    headerFiles: z.record(HeaderName, AbsolutePath).exactOptional().describe('headers whose values stand in files'),
  }),
  z.strictObject({
    kind: z.literal('email'),
    ...common,
    host: z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'it is no host name'),
    port: z.int().min(1).max(65_535).exactOptional().describe('default: 587, with tls 465'),
    tls: z.enum(['starttls', 'tls', 'none']).exactOptional().describe('default: starttls, which must succeed'),
    user: Text.exactOptional(),
    password: Text.exactOptional(),
    passwordFile: AbsolutePath.exactOptional().describe('file with the password'),
    from: MailAddress,
    to: z.array(MailAddress).min(1),
  }),
])

/** The short form of a report to healthchecks on a tide. */
export const Heartbeat: z.ZodType<AddressEntry | string> = z.union([WebAddress, z.strictObject(address)])

function isWebAddress(text: string): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && hostname !== ''
}
