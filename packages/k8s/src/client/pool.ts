import type { Agent, Dispatcher } from 'undici'
import { fingerprintOf } from './fingerprint.ts'
import type { Session } from './session.ts'
import { MOST_CONNECTIONS } from './settings.ts'

const CONNECT_MS = 10_000
const IDLE_MS = 30_000

/** The connections to one server. */
export interface Pool extends AsyncDisposable {
  /** For calls that end soon: 16 connections, kept open between calls. */
  calls(session: Session): Dispatcher
  /** For what is read for long: a connection each, so that they cannot keep calls waiting. */
  streams(session: Session): Dispatcher
}

interface Connections {
  readonly print: string
  readonly calls: Dispatcher
  readonly streams: Dispatcher
}

/** A pool that makes new connections when the certificates change; what runs on the old ones may end there. */
export async function openPool(proxy: string | undefined): Promise<Pool> {
  const undici = await import('undici')
  const prints = new WeakMap<Session, string>()
  const leaving = new Set<Dispatcher>()
  let present: Connections | undefined
  let closed = false

  function connected(session: Session): Connections {
    if (closed) throw new Error('bug: a call to a cluster whose connection was closed')
    const print = prints.get(session) ?? fingerprintOf(session)
    prints.set(session, print)
    if (present?.print === print) return present
    if (present !== undefined) for (const old of [present.calls, present.streams]) leave(old)
    present = { print, calls: dispatcher(session, MOST_CONNECTIONS), streams: dispatcher(session, null) }
    return present
  }

  /** HTTP/1.1: one call on one connection, so that a broken one breaks one call. */
  function dispatcher({ tls }: Session, connections: number | null): Dispatcher {
    const connect = { ...tls, timeout: CONNECT_MS, keepAlive: true, keepAliveInitialDelay: IDLE_MS, allowH2: false }
    const options: Agent.Options = {
      connections,
      allowH2: false,
      keepAliveTimeout: IDLE_MS,
      connectTimeout: CONNECT_MS,
    }
    return proxy === undefined
      ? new undici.Agent({ ...options, connect })
      : new undici.ProxyAgent({ ...options, uri: proxy, requestTls: connect })
  }

  function leave(old: Dispatcher): void {
    leaving.add(old)
    old.close().then(
      () => leaving.delete(old),
      () => leaving.delete(old),
    )
  }

  return {
    calls: (session) => connected(session).calls,
    streams: (session) => connected(session).streams,
    async [Symbol.asyncDispose](): Promise<void> {
      closed = true
      const all = [...leaving, ...(present === undefined ? [] : [present.calls, present.streams])]
      await Promise.all(all.map((one) => one.destroy()))
    },
  }
}
