import { basename } from 'node:path'
import { endText } from '../far/far-end.ts'
import { missingProgram } from '../far/leash.ts'
import { SSH_FAILED, sshFailure } from '../far/ssh-failure.ts'
import type { FarState } from './far-state.ts'
import type { Greeting } from './receiver.ts'
import { farFailure } from './send-failure.ts'
import type { FailedSend } from './send-failure.ts'
import type { SendRequest } from './send-request.ts'

/** What a far end holds. Rejects with `HOST.*` and `SEND.FAR_*` when it could not say. */
export async function farStateOf(request: SendRequest, { receiver, told }: Greeting): Promise<FarState> {
  const { far, directory } = request
  if (told !== undefined && !('failed' in told)) {
    if (withoutSlash(told.directory) === withoutSlash(directory)) return told
    throw farFailure({ ...about(request), step: 'directory', words: `this key may only use ${told.directory}` })
  }
  const words = receiver.words()
  if (told !== undefined) {
    await receiver.end()
    throw farFailure({ ...about(request), step: told.failed, words: receiver.words() })
  }
  const ending = await receiver.ended
  if (far.kind === 'ssh' && ending.code === SSH_FAILED) throw sshFailure(far.host, words)
  throw missingProgram(words, ending) ?? farFailure({ ...about(request), words })
}

/** What failures of a send tell of it. */
export function about({ snapshot, far, directory }: SendRequest): Omit<FailedSend, 'step' | 'words'> {
  return { what: `sending ${basename(snapshot)} to ${endText(far)}`, far, directory }
}

function withoutSlash(directory: string): string {
  return directory.replace(/(.)\/+$/, '$1')
}
