import { basename } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import { checkedEnd } from '../far/far-end.ts'
import { snapshotName } from '../name/snapshot-name.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'
import type { SendRequest } from './send-request.ts'

/**
 * Checks what can be known without a connection and gives the name at the far end. Rejects with `SNAPSHOT.NAME`,
 * `SNAPSHOT.NOT_FOUND`, `SEND.DIRECTORY`, `HOST.*`.
 */
export async function checkRequest({
  snapshot,
  far,
  directory,
  name = basename(snapshot),
}: SendRequest): Promise<string> {
  checkedEnd(far)
  if (snapshotName(name).host !== undefined)
    throw new SalvageError('SNAPSHOT.NAME', `${name} is a marker and no snapshot to send`, {
      hint: 'send the snapshot that it stands for: VOLUME@TIME',
      untouched: true,
    })
  // oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
  if (!directory.startsWith('/') || /[\u0000-\u001f\u007f]/.test(directory))
    throw new SalvageError('SEND.DIRECTORY', `${JSON.stringify(directory)} is no directory to send to`, {
      hint: 'give an absolute path without control characters',
    })
  if (await isSubvolume(snapshot)) return name
  throw new SalvageError('SNAPSHOT.NOT_FOUND', `there is no snapshot ${basename(snapshot)}`, {
    why: `${snapshot} is no subvolume`,
    hint: 'see the names with `salvage-kit volume snapshots`',
    untouched: true,
  })
}
