import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { errorText, SalvageError } from '@salvage-kit/core'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g

/**
 * The certificate authorities in the file of a setting, `rancher.caFile`, in PEM. Rejects with `PREFLIGHT.RANCHER` when it cannot be read,
 * and when it holds no certificate or a broken one: without any, those of the system would count, which nobody asked for.
 */
export async function authorities(caFile: string, setting = 'rancher.caFile'): Promise<string> {
  let text: string
  try {
    text = await readFile(caFile, 'utf8')
  } catch (error) {
    throw unusable(`${setting} cannot be read: ${caFile}`, errorText(error))
  }
  const certificates = text.match(CERTIFICATE) ?? []
  try {
    const read = certificates.map((certificate) => new X509Certificate(certificate))
    if (read.length > 0) return text
  } catch (error) {
    throw unusable(`${setting} holds a broken certificate: ${caFile}`, errorText(error))
  }
  throw unusable(`${setting} holds no certificate: ${caFile}`, 'nothing in it begins with BEGIN CERTIFICATE')
}

function unusable(message: string, why: string): SalvageError {
  return new SalvageError('PREFLIGHT.RANCHER', message, {
    why,
    hint: 'write the certificate of the authority into it in PEM',
    untouched: true,
  })
}
