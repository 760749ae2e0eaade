import type { Readable } from 'node:stream'
import type { CallOptions } from '@salvage-kit/core'
import type { ExecEnd, ExecPort, ExecProcess } from '../port.ts'

/** A program of a shell, and what it is given. */
export interface ProgramCall {
  /** No secret. */
  readonly text: string
  readonly args?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly user?: string | undefined
  readonly stdin?: Readable
}

const MOST_BYTES = 4 * 1024 * 1024

/** Starts one. In `ps` it is known by `salvage-go`. */
export function startProgram(port: ExecPort, call: ProgramCall, options: CallOptions): Promise<ExecProcess> {
  const { text, args = [], environment, user, stdin } = call
  return port.exec(
    {
      argv: ['sh', '-c', text, 'salvage-go', ...args],
      environment,
      ...(user === undefined ? {} : { user }),
      ...(stdin === undefined ? {} : { stdin }),
    },
    options,
  )
}

/** Runs one to its end, and resolves with what it said on stdout, up to 4 MiB. */
export async function runProgram(
  port: ExecPort,
  call: ProgramCall,
  options: CallOptions,
): Promise<ExecEnd & { readonly stdout: string }> {
  const { stdout, ended } = await startProgram(port, call, options)
  const chunks: Buffer[] = []
  let bytes = 0
  ended.catch(() => {})
  for await (const chunk of stdout) {
    const piece = Buffer.from(chunk)
    bytes += piece.length
    if (bytes <= MOST_BYTES) chunks.push(piece)
  }
  const end = await ended
  return { ...end, stdout: Buffer.concat(chunks).toString() }
}
