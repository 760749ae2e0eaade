import { SalvageError } from '@salvage-kit/core'
import type { LiftRef } from '@salvage-kit/core'
import type { SeriesFiles } from './chains.ts'
import type { Depot } from './depot.ts'
import type { Far } from './far.ts'
import type { Moment } from './moment.ts'
import { readNote } from './note.ts'
import { stateIdOf } from './state-id.ts'

/**
 * The moments at which dead lifts of this machine and this state directory began: whoever lifts holds the lock of the
 * target, which all see that share the directory. Rejects with `STORE.LOCKED` while a note says that anybody else is at
 * work.
 */
export async function mustBeAlone(
  files: SeriesFiles,
  depot: Depot,
  far: Far,
  ref: LiftRef,
): Promise<ReadonlySet<Moment>> {
  const stateId = await stateIdOf(depot)
  const dead = new Set<Moment>()
  for (const { name, time, says } of files.notes) {
    if (says !== 'begun') continue
    const note = readNote(await far.content(name))
    if (note === undefined) continue
    const isOther = note.machine !== ref.machine
    if (!isOther && (note.stateId === undefined || note.stateId === stateId)) {
      dead.add(time)
      continue
    }
    const who = isOther ? 'another machine' : 'a salvage-kit with another state directory'
    const where = isOther ? note.machine : `${note.machine}, with that state directory`
    throw new SalvageError('STORE.LOCKED', `${who} is at work on the chains of ${ref.target}`, {
      why: `${name} in ${depot.ref} says that ${note.machine} began at ${note.takenAt} and has not ended`,
      hint: `wait; when that lift is dead, run "salvage-kit recover" on ${where}, or remove that file`,
      retryable: true,
    })
  }
  return dead
}
