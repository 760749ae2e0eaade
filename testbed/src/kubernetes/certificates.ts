import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../command.ts'

const KEY = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
const AUTHORITY = `set -e
cd "$1"
openssl req -x509 ${KEY} -keyout ca.key -out ca.crt -days 30 -subj /CN=salvage-test-ca 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out service-account.key`
const CERTIFICATE = `set -e
cd "$1"
openssl req -new ${KEY} -keyout "$2.key" -out "$2.csr" -subj "$3" 2>/dev/null
openssl x509 -req -in "$2.csr" -CA ca.crt -CAkey ca.key -set_serial "0x$4" -days 30 -extfile "$2.ext" -out "$2.crt" 2>/dev/null`

/** Whom a certificate names, and where it serves. */
export interface CertificateRequest {
  /** Of the files: `NAME.crt` and `NAME.key`. */
  readonly name: string
  readonly user: string
  readonly group?: string
  /** As openssl says it: `IP:127.0.0.1`, `DNS:kubernetes`. */
  readonly addresses?: readonly string[]
}

/** Fills a folder with an authority of its own (`ca`), the key of service accounts, and certificates for 30 days. */
export async function makeCertificates(folder: string, requests: readonly CertificateRequest[]): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  await command('sh', ['-c', AUTHORITY, 'sh', folder])
  await Promise.all(requests.map(async (request, at) => certificate(folder, request, at + 2)))
}

async function certificate(folder: string, request: CertificateRequest, serial: number): Promise<void> {
  const names = request.addresses ?? []
  writeFileSync(
    join(folder, `${request.name}.ext`),
    ['extendedKeyUsage=clientAuth,serverAuth', ...(names.length > 0 ? [`subjectAltName=${names.join(',')}`] : [])].join(
      '\n',
    ),
  )
  const group = request.group === undefined ? '' : `/O=${request.group}`
  const subject = `${group}/CN=${request.user}`
  await command('sh', ['-c', CERTIFICATE, 'sh', folder, request.name, subject, serial.toString(16).padStart(4, '0')])
}
