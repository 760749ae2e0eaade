import { SalvageError } from '@salvage-kit/core'
import type { RestorePoint } from '@salvage-kit/core'
import type { Depot } from './depot.ts'
import { runDuplicity } from './run-duplicity.ts'
import type { DuplicityCall } from './run-duplicity.ts'

const SHOWN = 10
const LEFT_OUT = /^Error '.*' (?:patching|processing) (?<name>.*)$/s

/**
 * Runs a call of duplicity that reads a copy, and gives its exit code. Of a file that cannot be put together from its pieces
 * duplicity only warns: it leaves the file out and ends with 0, in a verification too. Here that is `ARCHIVE.DAMAGED`.
 */
export async function readWhole(depot: Depot, call: DuplicityCall, point: RestorePoint): Promise<number> {
  const leftOut = new Map<string, string>()
  const code = await runDuplicity(depot, {
    ...call,
    onRecord: (record) => {
      const name = record.level === 'WARNING' ? LEFT_OUT.exec(record.text)?.groups?.['name'] : undefined
      if (name !== undefined) leftOut.set(name, record.text)
      call.onRecord?.(record)
    },
  })
  if (leftOut.size === 0) return code
  const names = [...leftOut.keys()].map((name) => JSON.stringify(name))
  const [first = ''] = leftOut.values()
  const more = names.length - SHOWN
  throw new SalvageError(
    'ARCHIVE.DAMAGED',
    `of the copy ${point.id} of ${point.target} in ${depot.ref} not every file can be put together`,
    {
      why: `${[...names.slice(0, SHOWN), ...(more > 0 ? [`and ${String(more)} more`] : [])].join(', ')}: ${first}`,
      hint: 'use an older restore point; the next full copy is whole again. duplicity itself restores the other files',
    },
  )
}
