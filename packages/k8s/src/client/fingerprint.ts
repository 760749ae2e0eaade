import { createHash } from 'node:crypto'
import type { Session } from './session.ts'

/** The same for two sessions whose connections can be shared: server, and what both sides prove to each other. */
export function fingerprintOf({ server, tls }: Session): string {
  const hash = createHash('sha256')
  for (const part of [server, tls.servername, tls.rejectUnauthorized, tls.ca, tls.cert, tls.key]) {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part))
    hash.update(`${String(bytes.length)}:`).update(bytes)
  }
  return hash.digest('hex')
}
