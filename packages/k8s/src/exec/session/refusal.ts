import type { IncomingMessage } from 'node:http'
import type { SalvageError } from '@salvage-kit/core'
import { refusal } from '../../client/failure.ts'
import type { Place } from './lost.ts'
import { placeOf } from './lost.ts'

const LONGEST_BODY = 64 * 1024

/** Why the server did not start an exec, from its answer instead of an upgrade. Never holds headers. */
export async function readRefusal(response: IncomingMessage, place: Place): Promise<SalvageError> {
  const deed = { verb: 'exec', subject: placeOf(place) }
  return refusal(deed, response.statusCode ?? 0, await bodyOf(response))
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = ''
  try {
    for await (const chunk of response) {
      text += String(chunk)
      if (text.length > LONGEST_BODY) break
    }
  } catch {
    // What came of it is enough: the status says the rest.
  }
  return text
}
