import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { ExecRequest, ExecSession } from './exec-session.ts'
import type { Line } from './line.ts'

/** Starts a program in a container; with credentials that are read again when the first ones are refused. */
export async function exec(line: Line, request: ExecRequest, options: CallOptions): Promise<ExecSession> {
  try {
    const session = await opened(line, request, options)
    session.ended.catch(() => line.lost())
    return session
  } catch (error) {
    if (isSalvageError(error) && error.code === 'K8S.UNREACHABLE') line.lost()
    throw error
  }
}

async function opened({ sessions }: Line, request: ExecRequest, options: CallOptions): Promise<ExecSession> {
  const { openExec } = await import('../exec/session/open-exec.ts')
  const session = await sessions(options)
  try {
    return await openExec(session, request, options)
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.UNAUTHORIZED') throw error
    return openExec(await sessions({ ...options, refused: session }), request, options)
  }
}
