import { once } from 'node:events'
import { connect } from 'node:net'
import { SalvageError } from '@salvage-kit/core'
import { createTransport } from 'nodemailer'
import type { MailMessage } from '../notifier.ts'
import { connectionFailure, hostOf } from './failure.ts'

/**
 * Sends one mail on a connection of its own. Resolves when the server has taken it for every recipient; rejects with
 * `REPORT.FAILED`.
 */
export async function sendMail(message: MailMessage, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  signal.throwIfAborted()
  const { host, port, tls, user, password, ca } = message
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  // One of ours, so that it is closed whatever state the exchange is in: nodemailer leaves it to its own time limits.
  const connection = connect({ host, port })
  try {
    await Promise.race([once(connection, 'connect'), aborted])
    const transport = createTransport({
      host,
      port,
      connection,
      secure: tls === 'tls',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      ...(ca === undefined ? {} : { tls: { ca } }),
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    const { from, to, subject, text, id } = message
    const sending = transport.sendMail({ from, to: [...to], subject, text, messageId: id })
    const info = await Promise.race([sending, aborted])
    if (info.rejected.length > 0)
      throw new SalvageError('REPORT.FAILED', `${hostOf(message)} did not take the mail for everybody`, {
        why: info.rejected.map(String).join(', '),
        hint: 'see that the recipients are right',
      })
  } catch (error) {
    signal.throwIfAborted()
    throw mailFailure(message, error)
  } finally {
    signal.removeEventListener('abort', abort)
    connection.destroy()
  }
}

function mailFailure(message: MailMessage, error: unknown): SalvageError {
  const status = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : Number.NaN
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (Number.isNaN(status) && code !== 'EAUTH' && code !== 'ETLS') return connectionFailure(message, error)
  const said = error instanceof Error ? error.message : String(error)
  return new SalvageError('REPORT.FAILED', `${hostOf(message)} did not take the mail`, {
    why: said,
    hint: code === 'EAUTH' ? 'see that user and password are right' : 'see what the server says of it',
    // RFC 5321, 4.2.1: 4yz is a failure that passes.
    retryable: status >= 400 && status < 500,
    cause: error,
  })
}
