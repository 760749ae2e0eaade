import type { Agent } from 'node:http'
import type { CallOptions } from '@salvage-kit/core'

/** How the server is known and how this user proves who he is, as `tls.connect` takes it. */
export interface TlsMaterial {
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
}

/** What a connection to the API server takes. It holds secrets: it is never logged, and no part of it goes into a message. */
export interface Session {
  /** `https://host:port`, perhaps with a path; no slash at the end, no secrets. */
  readonly server: string
  /** With the authorization, when it is one of headers. */
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly tls: TlsMaterial
  /** The way through the proxy that the kubeconfig names, for connections that do not go through the pool. */
  readonly agent?: Agent
}

/** What came of a session before. */
export interface SessionOptions extends CallOptions {
  /** The server did not accept this one (401, or its certificate): all of it is read again, unless somebody else did since. */
  readonly refused?: Session | undefined
  /** A connection of this one broke, for which a certificate may be the cause: files are read again, programs are not run. */
  readonly doubted?: Session | undefined
}

/**
 * The session of now: tokens and certificates are read again when they are older than some seconds. Rejects with
 * `K8S.CREDENTIALS`.
 */
export type Sessions = (options: SessionOptions) => Promise<Session>

/** The address of a WebSocket of this server. `path` begins with a slash, its parts are encoded. */
export function webSocketUrl(session: Session, path: string, query: URLSearchParams): URL {
  const url = new URL(`${session.server}${path}`)
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:'
  url.search = query.toString()
  return url
}
