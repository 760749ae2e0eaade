import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import { inspect } from 'node:util'
import { deadline, SalvageError } from '@salvage-kit/core'
import type { Address } from './address.ts'
import { fault } from '../error.ts'
import { pieces } from './body.ts'
import { withoutSsh } from './without-ssh.ts'

/** One request to the engine. */
export interface EngineRequest {
  /** For error messages: `stop container web`. */
  readonly what: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Without a query; what names something in it went through {@link segment}. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
  readonly file?: Uint8Array | Readable
  /** A value of the `X-Registry-Auth` header. */
  readonly registryAuth?: string
  /**
   * The answer comes as fast as a program writes: the connection itself is asked for, which spares a copy of every byte. Where
   * a proxy does not turn it over, the answer is a body as any other.
   */
  readonly bare?: true
  /** The statuses besides 2xx that are good. */
  readonly accept?: readonly number[]
}

/** Sends requests to one engine; both verbs reject with the errors of {@link fault} and with the signal's reason. */
export interface Requester {
  /** Resolves with the whole answer, parsed; undefined when it is empty. */
  call(request: EngineRequest, limitMs: number, signal: AbortSignal): Promise<unknown>
  /** Resolves with the body as soon as its head is here; the body errors when the signal aborts. No deadline is set. */
  open(request: EngineRequest, signal: AbortSignal): Promise<Readable>
  /** The same for an answer that turns its connection over to a program, which reads what is written to it. */
  upgrade(request: EngineRequest, signal: AbortSignal): Promise<Duplex>
}

/** What `dial` of the client library is given; its own type has `any` in it. */
interface Modem {
  dial(options: object, callback: (error: Error | null, data: unknown) => void): void
}

const GOOD = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [200 + index, true]))

/**
 * Requests over the Docker client library, which is loaded with the first of them. Each has a connection of its own: a
 * kept one may be dead after a restart of the engine, and then nobody knows whether the request arrived.
 */
export function requester(address: Address): Requester {
  let modem: Modem | undefined
  const sent = async (request: EngineRequest, signal: AbortSignal, writes: boolean): Promise<unknown> => {
    signal.throwIfAborted()
    modem ??= load(address)
    try {
      return await send(modem, request, signal, writes)
    } catch (error) {
      signal.throwIfAborted()
      throw fault(error, request.what, address.text)
    }
  }
  const open = async (request: EngineRequest, signal: AbortSignal): Promise<Readable> => {
    const body = await sent(request, signal, false)
    if (isReadable(body)) return body
    throw new Error('the client library gave no stream')
  }
  return {
    open,
    async upgrade(request, signal) {
      const line = await sent(request, signal, true)
      if (line instanceof Socket) return line
      throw new SalvageError('DOCKER.ANSWER', `${request.what}: the engine gave no connection to the program`, {
        hint: 'a proxy before the engine must let connections be upgraded',
      })
    },
    async call(request, limitMs, signal): Promise<unknown> {
      using limit = deadline(limitMs, signal, late(request.what, limitMs))
      const chunks: Uint8Array[] = []
      const body = await open(request, limit.signal)
      for await (const chunk of pieces(body, request.what, address.text, limit.signal)) chunks.push(chunk)
      return parse(Buffer.concat(chunks).toString('utf8'), request.what)
    },
  }
}

/**
 * The part of a path that names a container, a volume or an exec. The engine decodes paths before it reads them, so a
 * slash cannot be hidden from it: throws `DOCKER.NOT_FOUND` for what cannot be a name.
 */
export function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\\]/.test(name))
    throw new SalvageError('DOCKER.NOT_FOUND', `${JSON.stringify(name)} is not there`, {
      why: 'no container and no volume can have such a name',
    })
  return encodeURIComponent(name)
}

/** The reason of a deadline on a call. */
export function late(what: string, limitMs: number): SalvageError {
  return new SalvageError('DOCKER.DEADLINE', `${what}: not done within ${String(limitMs / 1000)} s`, {
    hint: 'see the log of dockerd; a container or a volume driver that hangs holds the engine up',
    retryable: true,
  })
}

/**
 * The part of dockerode that speaks HTTP, and that part alone: with its front come gRPC and protocol buffers for image
 * builds, which nobody needs here and which take a tenth of a small command's memory.
 */
function load(address: Address): Modem {
  const require = createRequire(import.meta.resolve('dockerode'))
  withoutSsh(require)
  const client: unknown = require('docker-modem')
  // Every member is given, so that none comes from the environment behind our back.
  const options = {
    socketPath: address.socketPath,
    host: address.host,
    port: address.port,
    protocol: address.tls === undefined ? ('http' as const) : ('https' as const),
    ca: address.tls?.ca,
    cert: address.tls?.cert,
    key: address.tls?.key,
    timeout: undefined,
    agent: opaque(
      address.tls === undefined ? new HttpAgent({ keepAlive: false }) : new HttpsAgent({ keepAlive: false }),
    ),
  }
  const modem: unknown = typeof client === 'function' ? Reflect.construct(client, [options]) : undefined
  if (isModem(modem)) return modem
  throw new Error('dockerode has no modem of the form that is known here')
}

function isModem(modem: unknown): modem is Modem {
  return typeof modem === 'object' && modem !== null && 'dial' in modem && typeof modem.dial === 'function'
}

/**
 * The library prints all options of every request, to any depth, for a debug log that nobody reads. With the agent go all
 * connections that are open, so many requests at once would take seconds.
 */
function opaque<A extends HttpAgent>(agent: A): A {
  return Object.assign(agent, { [inspect.custom]: () => 'Agent' })
}

/**
 * Always as a stream: read by the library, an answer that breaks off in the middle, as that of a long wait does when the
 * engine dies, would never settle.
 */
function send(modem: Modem, request: EngineRequest, signal: AbortSignal, writes: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = {
      path: `${request.path}?`,
      method: request.method,
      isStream: true,
      abortSignal: signal,
      statusCodes: { ...GOOD, ...Object.fromEntries((request.accept ?? []).map((status) => [status, true])) },
      options: { _query: request.query ?? {}, _body: request.body ?? {} },
      ...(writes || request.bare === true ? { hijack: true, openStdin: writes } : {}),
      ...(request.file === undefined ? {} : { file: asFile(request.file) }),
      ...(request.registryAuth === undefined ? {} : { authconfig: { base64: request.registryAuth } }),
    }
    modem.dial(options, (error, body) => {
      if (error === null) resolve(body)
      else reject(error)
    })
  })
}

function asFile(file: Uint8Array | Readable): Buffer | Readable {
  return file instanceof Uint8Array ? Buffer.from(file.buffer, file.byteOffset, file.byteLength) : file
}

function parse(text: string, what: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SalvageError('DOCKER.ANSWER', `${what}: the engine's answer is not JSON`, { cause: error })
  }
}

function isReadable(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}
