import type { ResourceKind } from '../resource/kind.ts'
import type { Call } from './call.ts'
import { one } from './change.ts'
import type { ObjectName, RemoveOptions } from './cluster.ts'
import { exchange } from './exchange.ts'
import { objectMissing, readStatus, refusal } from './failure.ts'
import type { Line } from './line.ts'

/** In the words of the store, and of the handlers above it. */
const OTHER_UID = /UID in (?:the )?precondition/

/** Removes an object, or finds that it is gone; with `uid` another object of the name stays. */
export async function remove(line: Line, kind: ResourceKind, at: ObjectName, options: RemoveOptions): Promise<void> {
  const { uid, resourceVersion, propagation = 'Background', gracePeriodSeconds } = options
  const call: Call = {
    ...one(kind, at),
    verb: 'delete',
    method: 'DELETE',
    body: {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: propagation,
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(uid === undefined && resourceVersion === undefined
        ? {}
        : {
            preconditions: {
              ...(uid === undefined ? {} : { uid }),
              ...(resourceVersion === undefined ? {} : { resourceVersion }),
            },
          }),
    },
    // Without the uid a repetition may meet an object that somebody made of the same name in between.
    repeatable: true,
  }
  const { status, text } = await exchange(line, call, options)
  if (status < 300) return
  const said = readStatus(text)
  if (objectMissing(status, said)) return
  if (uid !== undefined && status === 409 && OTHER_UID.test(said.message ?? '')) return
  throw refusal(call, status, text)
}
