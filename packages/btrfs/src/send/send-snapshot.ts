import { basename } from 'node:path'
import { errorText } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { about, farStateOf } from './ask-far-state.ts'
import { candidates, theOne } from './candidates.ts'
import { checkRequest } from './check-request.ts'
import { keepMarker } from './marker.ts'
import { missingParent } from './missing-parent.ts'
import { identityOf, isAmong, rankParents } from './parents.ts'
import type { Candidate } from './parents.ts'
import { callReceiver } from './receiver.ts'
import { farFailure } from './send-failure.ts'
import type { SendOptions, SendRequest, Sent } from './send-request.ts'
import { noteThere, transfer } from './transfer.ts'
import type { Transferred } from './transfer.ts'

const SILENCE_MS = 600_000

/**
 * Sends a read-only snapshot, as the difference to the newest that both ends have. Resolves when the copy stands whole,
 * verified and on stable storage under its name; until then nothing there has that name. Never deletes a snapshot there.
 * After any failure both ends are as before; what a killed one left there goes with the next send into that directory.
 *
 * Rejects, before anything is connected, with `SNAPSHOT.NAME`, `SNAPSHOT.NOT_FOUND`, `HOST.NAME`, `HOST.PORT`,
 * `SEND.DIRECTORY`; then with `SEND.NOT_READ_ONLY`, `HOST.*`, `SEND.FAR_DIRECTORY`, `SEND.FAR_PROGRAM`, `SEND.FAR_FULL`,
 * `SEND.FAR_FAILED`, `SEND.TAKEN`, `SEND.BUSY`, `SEND.NOT_WHOLE`, `SEND.CUT`, `SEND.SILENT`, `SEND.FAILED`.
 */
export async function sendSnapshot(request: SendRequest, options: SendOptions): Promise<Sent> {
  options.signal.throwIfAborted()
  const name = await checkRequest(request)
  const here = candidates(request, options)
  // Meanwhile it connects.
  here.catch(() => undefined)
  const refused = new Set<string>()
  let marking: Promise<readonly Finding[]> | undefined
  const onKept = (): void => {
    marking = mark(request, options)
    marking.catch(() => undefined)
  }
  for (let isSecondLook = false; ;) {
    const result = await attempt(request, { name, here, refused, onKept }, options).catch(async (error: unknown) => {
      await marking?.catch(() => undefined)
      throw error
    })
    if ('sent' in result) {
      const { sent } = result
      return { ...sent, findings: [...sent.findings, ...(await (marking ?? mark(request, options)))] }
    }
    // Whoever held the name has just ended: perhaps with this very snapshot.
    if (result.kind === 'taken' && isSecondLook) throw result.failure
    if (result.kind === 'taken') isSecondLook = true
    else refused.add(result.parent)
  }
}

/** What is known when an attempt begins. */
interface Known {
  readonly name: string
  readonly here: Promise<readonly Candidate[]>
  /** Parents that the far end turned out not to have. */
  readonly refused: ReadonlySet<string>
  /** Called once, as soon as the copy has its name there. */
  readonly onKept: () => void
}

/** One connection. */
async function attempt(
  request: SendRequest,
  { name, here: listing, refused, onKept }: Known,
  { signal, onProgress, silenceMs = SILENCE_MS }: SendOptions,
): Promise<{ readonly sent: Sent } | Exclude<Transferred, { readonly kind: 'kept' }>> {
  const greeting = await callReceiver(request.far, request.directory, signal)
  await using receiver = greeting.receiver
  const far = (await farStateOf(request, greeting)).subvolumes
  const here = await listing
  const snapshot = theOne(request, here)
  const uuid = identityOf(snapshot)
  const found = far.find((one) => one.name === name)
  if (found !== undefined && !isAmong(snapshot, [found]))
    throw farFailure({ ...about(request), step: 'taken', words: '' })
  const note = request.note === undefined ? '' : JSON.stringify(request.note)
  if (found !== undefined) {
    const { noteFound = request.note } = request
    if (noteFound !== undefined)
      await noteThere(receiver, { ...about(request), name, uuid, note: JSON.stringify(noteFound) })
    return { sent: { name, uuid, already: true, bytes: 0, findings: [] } }
  }
  const parent = rankParents(snapshot, here, far).find(({ path }) => !refused.has(path))
  const findings = await missingParent(request, { here, far, parent, name })
  const stream = {
    ...about(request),
    snapshot: request.snapshot,
    name,
    uuid,
    parent: parent?.path,
    note,
  }
  const result = await transfer(receiver, stream, { signal, onProgress, silenceMs, onKept })
  if (result.kind !== 'kept') return result
  const sent = { name, uuid, already: false, bytes: result.bytes, findings }
  return { sent: parent === undefined ? sent : { ...sent, parent: parent.path } }
}

/** Marks it as sent, when that is wanted; a finding tells when that failed. */
async function mark({ snapshot, markedFor }: SendRequest, { signal }: SendOptions): Promise<readonly Finding[]> {
  if (markedFor === undefined) return []
  try {
    await keepMarker({ snapshot, host: markedFor }, { signal })
    return []
  } catch (error) {
    signal.throwIfAborted()
    const message = `${basename(snapshot)} was sent and could not be marked so`
    return [{ code: 'SEND.MARKER', message, why: errorText(error) }]
  }
}
