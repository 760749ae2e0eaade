import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SalvageError } from '@salvage-kit/core'

/** How the engine is reached. */
export interface Address {
  /** For people. */
  readonly text: string
  readonly socketPath?: string
  readonly host?: string
  readonly port?: number
  readonly tls?: Tls
}

/** The client's certificate and what it trusts, PEM. */
export interface Tls {
  readonly ca: Buffer
  readonly cert: Buffer
  readonly key: Buffer
}

const DEFAULT = 'unix:///var/run/docker.sock'

/**
 * Where the engine is: what was asked for, else `DOCKER_HOST`, else the socket of a system-wide engine. `tcp://` uses
 * TLS with the files in `DOCKER_CERT_PATH` when `DOCKER_TLS_VERIFY` is set or the port is 2376.
 * Throws `DOCKER.HOST`.
 */
export function engineAddress(host: string | undefined, env: Readonly<NodeJS.ProcessEnv>): Address {
  const text = host ?? (env['DOCKER_HOST'] || DEFAULT)
  if (text.startsWith('unix://')) {
    const socketPath = text.slice('unix://'.length)
    if (!socketPath.startsWith('/')) throw invalid(text, 'the path of the socket is not absolute')
    return { text, socketPath }
  }
  if (!URL.canParse(text)) throw invalid(text, 'it is not a URL')
  const url = new URL(text)
  if (!['tcp:', 'http:', 'https:'].includes(url.protocol))
    throw invalid(text, `${url.protocol}// is not supported`, sshHint(url))
  if (url.hostname === '') throw invalid(text, 'it names no machine')
  const secure = url.protocol === 'https:' || url.port === '2376' || (env['DOCKER_TLS_VERIFY'] ?? '') !== ''
  const port = url.port === '' ? (secure ? 2376 : 2375) : Number(url.port)
  return { text, host: url.hostname, port, ...(secure ? { tls: certificates(text, env) } : {}) }
}

function certificates(text: string, env: Readonly<NodeJS.ProcessEnv>): Tls {
  const directory = env['DOCKER_CERT_PATH'] ?? join(env['HOME'] ?? '/root', '.docker')
  const file = (name: string): Buffer => {
    try {
      return readFileSync(join(directory, name))
    } catch (error) {
      throw new SalvageError('DOCKER.HOST', `${text} wants TLS, and ${join(directory, name)} cannot be read`, {
        hint: 'set DOCKER_CERT_PATH to the directory with ca.pem, cert.pem and key.pem',
        cause: error,
      })
    }
  }
  return { ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') }
}

function sshHint(url: URL): string | undefined {
  return url.protocol === 'ssh:'
    ? `forward the socket (ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock ${url.host}) and use unix:///tmp/docker.sock`
    : undefined
}

function invalid(text: string, why: string, hint?: string): SalvageError {
  return new SalvageError('DOCKER.HOST', `${JSON.stringify(text)} is not the address of a Docker engine`, {
    why,
    hint: hint ?? 'write it like unix:///var/run/docker.sock or tcp://host:2376',
  })
}
