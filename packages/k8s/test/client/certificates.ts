import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A key and its certificate, as PEM. */
export interface KeyPair {
  readonly key: string
  readonly cert: string
}

/** A pair that signs itself, for `localhost` and 127.0.0.1, good for two days. */
export function keyPair(name: string): KeyPair {
  const directory = mkdtempSync(join(tmpdir(), 'salvage-k8s-cert-'))
  try {
    const [key, cert] = [join(directory, 'key'), join(directory, 'cert')]
    const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${name}`
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
    const argv = [...made.split(' '), '-addext', names, '-keyout', key, '-out', cert]
    execFileSync('openssl', argv, { stdio: 'ignore' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
