import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { JsonObject, SnapshotRef } from '@salvage-kit/core'
import { z } from 'zod'

/** What taking a snapshot needs to know besides its name. */
interface CutToken extends JsonObject {
  readonly version: 1
  /** The subvolume, without symbolic links. */
  readonly path: string
  /** In this directory stands a folder for each cut. */
  readonly runs: string
}

const cutToken: z.ZodType<CutToken> = z.strictObject({
  version: z.literal(1),
  path: z.string().startsWith('/'),
  runs: z.string().startsWith('/'),
})

/** What of one snapshot is where. */
export interface CutPlace {
  readonly source: string
  readonly folder: string
  /**
   * Where the folder stands while it is exposed, the same for every snapshot of the source: programs that look for the
   * copy before by its path, as restic does, then read only what changed.
   */
  readonly exposed: string
}

/** The token of a subvolume and of the home in which its cuts stand. */
export function tokenOf(path: string, home: string): CutToken {
  return { version: 1, path, runs: join(home, 'runs') }
}

/** The places of a snapshot; the same in every process. */
export function placeOf({ id, token }: SnapshotRef): CutPlace {
  const { path, runs } = cutToken.parse(token)
  if (!/^[A-Za-z0-9-]+$/.test(id)) throw new Error(`${JSON.stringify(id)} is no id of a snapshot`)
  const key = createHash('sha256').update(path).digest('hex').slice(0, 16)
  return { source: path, folder: join(runs, id), exposed: join(runs, `at-${key}`) }
}
