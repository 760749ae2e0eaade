import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { ExecRequest, ExecSession } from './exec-session.ts'
import type { Sessions } from './session.ts'

/** Starts a program in a container; with credentials that are read again when the first ones are refused. */
export async function exec(sessions: Sessions, request: ExecRequest, options: CallOptions): Promise<ExecSession> {
  const { openExec } = await import('../exec/session/open-exec.ts')
  const session = await sessions(options)
  try {
    return await openExec(session, request, options)
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.UNAUTHORIZED') throw error
    return openExec(await sessions({ ...options, refused: session }), request, options)
  }
}
