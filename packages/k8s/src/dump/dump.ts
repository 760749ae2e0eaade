import type { CallOptions } from '@salvage-kit/core'
import { ABANDON, CHECK, DUMP } from '@salvage-kit/dump'
import type { Cluster } from '../client/cluster.ts'
import { ask } from './ask.ts'
import type { DumpPlace } from './recipe.ts'
import { Dump, DumpCheck } from './schema.ts'

const FULL_PERCENT = 90

type ExecCluster = Pick<Cluster, 'exec'>

/**
 * Looks whether a dump can be made; changes nothing. Rejects with `DUMP.NO_TOOL`, `DUMP.NO_DIRECTORY`, `DUMP.NO_DATABASE`,
 * `DUMP.UNREACHABLE`, `DUMP.FULL`, and as `runScript`.
 */
export async function checkDump(cluster: ExecCluster, place: DumpPlace, options: CallOptions): Promise<DumpCheck> {
  const answers = await ask(cluster, place, { step: `${CHECK}\nd_check "$1"`, args: [percentOf(place)] }, options)
  return DumpCheck.parse(Object.fromEntries(answers))
}

/**
 * Checks, writes a dump beside the last one, reads it back, and resolves when it is on disk and has taken the place of the last
 * one; that one stays until then, and when anything fails. The program ends, and its part is removed, within 10 seconds after
 * this side is gone. Rejects as {@link checkDump}, and with `DUMP.FAILED`, `DUMP.NOT_WHOLE`, `DUMP.NOT_STORED`.
 * `id`: letters and digits by which {@link abandonDump} knows it.
 */
export async function dumpDatabase(
  cluster: ExecCluster,
  place: DumpPlace,
  options: CallOptions & { readonly id?: string },
): Promise<Dump> {
  const { id } = options
  const step = { step: DUMP, args: [percentOf(place)], ...(id === undefined ? {} : { id }) }
  return Dump.parse(Object.fromEntries(await ask(cluster, place, step, options)))
}

/** Ends a dump that still runs for nobody, and removes what there is of it; a dump in place stays. Idempotent. */
export async function abandonDump(
  cluster: ExecCluster,
  place: DumpPlace,
  id: string,
  options: CallOptions,
): Promise<void> {
  await ask(cluster, place, { step: ABANDON, args: [id] }, options)
}

function percentOf({ recipe }: DumpPlace): string {
  return String(recipe.fullPercent ?? FULL_PERCENT)
}
