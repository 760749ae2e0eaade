import { join } from 'node:path'
import type { JsonObject, SnapshotRef } from '@salvage-kit/core'
import { z } from 'zod'
import { CUT } from './own-folder.ts'

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
  readonly cut: string
}

/** The token of a subvolume and of the home in which its cuts stand. */
export function tokenOf(path: string, home: string): CutToken {
  return { version: 1, path, runs: join(home, 'runs') }
}

/** The places of a snapshot; the same in every process. */
export function placeOf({ id, token }: SnapshotRef): CutPlace {
  const { path, runs } = cutToken.parse(token)
  if (!/^[A-Za-z0-9-]+$/.test(id)) throw new Error(`${JSON.stringify(id)} is no id of a snapshot`)
  return { source: path, folder: join(runs, id), cut: join(runs, id, CUT) }
}
