import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A certificate that signs itself, and its key; both PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** Makes one for 127.0.0.1 and localhost, in `directory`. */
export async function selfSigned(directory: string): Promise<Certificate> {
  const key = join(directory, 'key.pem')
  const cert = join(directory, 'cert.pem')
  const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost'
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await promisify(execFile)('openssl', [...request, '-keyout', key, '-out', cert, '-subj', '/CN=x', '-addext', names])
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') }
}
