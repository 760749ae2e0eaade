import { randomBytes } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { END_GROUP } from '@salvage-kit/dump'
import type { ExecEnd, ExecPort, ExecProcess, ExecRequest } from '@salvage-kit/dump'
import { tail } from '../dockerode/tail.ts'
import type { DockerEngine, ExecSpec } from '../engine.ts'
import { FRAMED, framedOutput } from './framed-output.ts'
import { gathered } from './gathered.ts'

const KEPT_STDERR = 4096
const KILL_MS = 30_000
/** How often, a second apart, a program is looked for that was asked for and did not say that it runs. */
const LOOKS = 3
/** The same where nobody writes to it any more: one that comes later yet reads nothing and ends. */
const LATE_LOOKS = 2

/**
 * Runs programs in one container, which must have `sh`; `name` stands in messages, `word` begins the word that each program is known by. Rejects with `DOCKER.EXEC` when none begins there, `DOCKER.CONFLICT`
 * when the container does not run, `DOCKER.NOT_FOUND`, and what the engine rejects with; `ended` with `DOCKER.UNREACHABLE`
 * when the program's end did not come: the connection was cut, or the container ended.
 */
export function containerExec(
  engine: DockerEngine,
  container: string,
  name: string = container,
  { word = '' }: { readonly word?: string } = {},
): ExecPort {
  return { exec: (request, options) => execIn(engine, { container, name, begin: word }, request, options) }
}

/**
 * Ends what runs in a container under words that begin with this one, also what was only just asked for. Rejects when the engine
 * cannot be asked.
 */
export async function endPrograms(
  engine: DockerEngine,
  { container, word }: { readonly container: string; readonly word: string },
  { signal }: CallOptions,
): Promise<void> {
  using limit = deadline(KILL_MS, signal)
  await engine.exec(container, ending({ word, looks: LATE_LOOKS }), { signal: limit.signal, limitMs: KILL_MS })
}

async function execIn(
  engine: DockerEngine,
  { container, name, begin }: { readonly container: string; readonly name: string; readonly begin: string },
  { argv, environment = {}, stdin, user }: ExecRequest,
  { signal }: CallOptions,
): Promise<ExecProcess> {
  signal.throwIfAborted()
  const left = new AbortController()
  const over = AbortSignal.any([signal, left.signal])
  const word = `${begin}${randomBytes(16).toString('hex')}`
  const spec: ExecSpec = {
    command: ['sh', '-c', FRAMED, word, ...argv],
    env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
    ...(user === undefined ? {} : { user }),
    privileged: false,
  }
  const kill = (looks: number): Promise<void> => end(engine, { container, word, user, looks })
  const said = await engine
    .openExec(container, spec, { signal: over, ...(stdin === undefined ? {} : { stdin }) })
    .catch(async (error: unknown) => {
      // It may have been asked for already.
      if (signal.aborted || isUnreachable(error)) await kill(LOOKS)
      throw error
    })
  const begun = Promise.withResolvers<void>()
  // Pieces stay as they are: else those that wait would be copied into one.
  const stdout = new PassThrough({ readableObjectMode: true, readableHighWaterMark: 1 })
  // Who reads it hears of it; nobody has to.
  stdout.on('error', () => {})
  stdout.once('close', () => left.abort(new Error('nobody reads what the program says')))
  const stop = (): void => void stdout.destroy(reasonOf(signal))
  signal.addEventListener('abort', stop, { once: true })

  async function pump(): Promise<ExecEnd> {
    const output = gathered(stdout, { signal: over })
    const framed = framedOutput(word)
    const stderr = tail(KEPT_STDERR)
    let cause: unknown
    try {
      for await (const { from, data } of said) {
        if (from === 'stderr') stderr.add(data)
        else for (const piece of framed.add(data)) await output.add(piece)
        if (framed.pid() !== undefined) begun.resolve()
      }
    } catch (error) {
      // An engine that ends a connection on which we still wrote does so with an error.
      cause = error
    }
    const code = over.aborted ? undefined : framed.code()
    if (code === undefined) {
      const pid = framed.pid()
      const instead = framed.instead() || stderr.text()
      if (pid !== undefined) await kill(1)
      else if (over.aborted || instead === '') await kill(LOOKS)
      throw signal.aborted ? reasonOf(signal) : unended(name, instead, pid, cause)
    }
    output.end()
    stdout.end()
    await finished(stdout, { writable: false }).catch(() => {})
    return { code, stderr: stderr.text() }
  }

  const ended = pump().finally(() => signal.removeEventListener('abort', stop))
  ended.catch((error: unknown) => {
    stdout.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  await Promise.race([begun.promise, ended])
  return { stdout, ended }
}

interface Running {
  readonly container: string
  readonly word: string
  readonly user: string | undefined
  readonly looks: number
}

/** What runs in a container that is gone, or that cannot be reached, needs no end or has to wait for its own. */
async function end(engine: DockerEngine, { container, word, user, looks }: Running): Promise<void> {
  using limit = deadline(KILL_MS)
  await engine
    .exec(container, ending({ word, looks, user }), { signal: limit.signal, limitMs: KILL_MS })
    .catch(() => {})
}

function ending({ word, looks, user }: Pick<Running, 'word' | 'looks'> & Partial<Pick<Running, 'user'>>): ExecSpec {
  const command = ['sh', '-c', END_GROUP, 'salvage-end', word, String(looks)]
  return { command, env: [], ...(user === undefined ? {} : { user }), privileged: false }
}

function isUnreachable(error: unknown): boolean {
  return isSalvageError(error) && error.code === 'DOCKER.UNREACHABLE'
}

function unended(name: string, said: string, pid: number | undefined, cause: unknown): SalvageError {
  const details = cause === undefined ? {} : { cause }
  if (pid === undefined && said !== '')
    return new SalvageError('DOCKER.EXEC', `container ${name} runs no program`, {
      why: said,
      hint: 'programs beside a database need "sh" in its container',
      untouched: true,
      ...details,
    })
  return new SalvageError(
    'DOCKER.UNREACHABLE',
    `a program in container ${name}: its output broke off and its end is not known`,
    {
      ...(said === '' ? {} : { why: said }),
      hint: 'check that the container and dockerd still run',
      retryable: true,
      ...details,
    },
  )
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))
}
