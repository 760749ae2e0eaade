import { randomUUID } from 'node:crypto'
import type { Finding, Quiescer } from '@salvage-kit/core'
import { dumpAll } from './dump-all.ts'
import type { DumpsOf } from './dump-all.ts'
import { settleParts } from './settle-parts.ts'
import { readSettings, readToken } from './token.ts'

/** The id of {@link dumpQuiescer}. */
export const DUMP_QUIESCER = 'rancher-dumps'

/**
 * Makes the dumps before the directory is copied, and tells at the end what could not be dumped: that makes a run partial,
 * and the copy stays good. What a dead run left half written is removed, or put in place when it was proven.
 */
export function dumpQuiescer(of: DumpsOf): Quiescer {
  const told = new Map<string, readonly Finding[]>()
  return {
    id: DUMP_QUIESCER,
    dumps: true,
    prepare: async (_workload, settings, { signal }) => {
      signal.throwIfAborted()
      return Promise.resolve({ ...readSettings(settings), id: randomUUID() })
    },
    quiesce: async (token, { signal, runId }) => {
      signal.throwIfAborted()
      const { id, dumps, directory } = readToken(token)
      if (dumps)
        told.set(id, await dumpAll({ ...of, directory }, { signal, ...(runId === undefined ? {} : { runId }) }))
    },
    resume: async (token, { signal }) => {
      signal.throwIfAborted()
      const { id, directory } = readToken(token)
      const findings = told.get(id) ?? []
      told.delete(id)
      const known = new Set(findings.map(({ message }) => message))
      return [...findings, ...(await settleParts(directory)).filter(({ message }) => !known.has(message))]
    },
  }
}
