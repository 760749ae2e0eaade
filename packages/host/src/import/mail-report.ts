import type { ImportedReport } from './imported.ts'

const PASSWORD_FILE = '/etc/salvage-kit/mail-password'

/** A mail server as it is configured; nothing of it is secret. */
export interface MailServer {
  readonly host: string
  /** Empty: the usual one. */
  readonly port: string
  /** Empty: nobody logs in. */
  readonly user: string
  readonly from: string
  readonly to: readonly string[]
}

/** The report by mail; addresses that are missing are made up, for a person to put right. */
export function mailReport(
  { host, port, user, from, to }: MailServer,
  on: readonly string[],
): readonly ImportedReport[] {
  const number = Number(port)
  const known = to.map((one) => one.trim()).filter((one) => one.includes('@'))
  const entry = {
    kind: 'email',
    host,
    ...(Number.isInteger(number) && number > 0 ? { port: number } : {}),
    ...(number === 465 ? { tls: 'tls' } : {}),
    ...(user === '' ? {} : { user, passwordFile: PASSWORD_FILE }),
    from: from.includes('@') ? from : 'salvage-kit@example.org',
    to: known.length === 0 ? ['you@example.org'] : known,
    on,
  }
  return [{ name: 'email', entry, notes: user === '' ? [] : [`Put the password of ${user} into ${PASSWORD_FILE}`] }]
}
