import { basename, dirname, join } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import { listSubvolumes } from '../subvolume/list-subvolumes.ts'
import type { Candidate } from './parents.ts'
import type { SendOptions, SendRequest } from './send-request.ts'

/** The read-only subvolumes here among which parents are, the snapshot itself with them. */
export async function candidates(
  { snapshot, parentsIn = [] }: SendRequest,
  { signal }: SendOptions,
): Promise<readonly Candidate[]> {
  const directories = [...new Set([dirname(snapshot), ...parentsIn])]
  const lists = directories.map(async (directory) => {
    const found = await listSubvolumes(directory, { signal, readOnly: true })
    return found.map((one) => ({ ...one, path: join(directory, one.name) }))
  })
  return (await Promise.all(lists)).flat()
}

/** The one that is sent, among them. Throws `SEND.NOT_READ_ONLY`. */
export function theOne({ snapshot }: SendRequest, here: readonly Candidate[]): Candidate {
  const sent = here.find(({ path }) => path === snapshot)
  if (sent !== undefined) return sent
  throw new SalvageError('SEND.NOT_READ_ONLY', `${basename(snapshot)} can be written and is no snapshot to send`, {
    hint: 'take a snapshot of it and send that',
    untouched: true,
  })
}
