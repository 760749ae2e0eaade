import { once } from 'node:events'
import type { Duplex, Readable } from 'node:stream'
import type { CallOptions } from '@salvage-kit/core'
import { CreatedAnswer } from './answers.ts'
import { pieces } from './body.ts'
import type { ExecSpec, LogChunk } from '../engine.ts'
import { execBody } from './exec.ts'
import { frames } from './frames.ts'
import { parsed } from './parsed.ts'
import type { Requester } from './request.ts'
import { segment } from './request.ts'

const SHORT_MS = 30_000

/** See `DockerEngine.openExec`. `name`: what the container is called in errors. */
export async function openExecIn(
  requests: Requester,
  address: string,
  { container, name }: { readonly container: string; readonly name: string },
  spec: ExecSpec,
  { signal, stdin }: CallOptions & { readonly stdin?: Readable },
): Promise<AsyncIterable<LogChunk>> {
  // It may fail before anybody reads it, and nobody else listens yet: an error without a listener would end this process.
  stdin?.on('error', () => {})
  const what = `run ${JSON.stringify(spec.command[0] ?? '')} in container ${name}`
  const path = `/containers/${segment(container)}/exec`
  const body = execBody(spec, stdin !== undefined)
  const { Id } = parsed(
    CreatedAnswer,
    await requests.call({ what, method: 'POST', path, body }, SHORT_MS, signal),
    what,
  )
  const start = {
    what,
    method: 'POST',
    path: `/exec/${segment(Id)}/start`,
    body: { Detach: false, Tty: false },
    bare: true,
  } as const
  if (stdin === undefined) return frames(pieces(await requests.open(start, signal), what, address, signal))
  mustRead(stdin)
  const line = await requests.upgrade(start, signal)
  void feed(stdin, line)
  return frames(pieces(line, what, address, signal))
}

/** A program whose input cannot be read at all is not started. */
function mustRead({ errored }: Readable): void {
  if (errored !== null) throw errored
}

/**
 * Ends what the program reads when all of it was sent. A source that fails ends the whole connection with its error; to the
 * program that looks like any other end.
 */
async function feed(stdin: Readable, line: Duplex): Promise<void> {
  const closed = new AbortController()
  line.once('close', () => {
    closed.abort()
    stdin.destroy()
  })
  try {
    for await (const piece of stdin) {
      if (line.destroyed) return
      if (!line.write(piece)) await once(line, 'drain', { signal: closed.signal })
    }
    line.end()
  } catch (error) {
    // The program has ended before it read all: that is for its own end to tell.
    if (!closed.signal.aborted) line.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}
