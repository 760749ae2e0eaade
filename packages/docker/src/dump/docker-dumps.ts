import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, DumpFile, DumpOpener, Json } from '@salvage-kit/core'
import { dump } from '@salvage-kit/dump'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { dumpLabels } from './dump-labels.ts'
import { DumpToken } from './dump-token.ts'
import { containerExec } from './exec-port.ts'
import { ownerWord } from './owner-word.ts'

/** A server that rose with its container answers after seconds, or a minute when it has to mend its files. */
export const RISE_MS = 60_000

/** Dumps the databases of containers, by programs in them. Rejects with `DUMP.CHANGED`, and what `dump` of the recipes says. */
export function dockerDumps(engine: DockerEngine): DumpOpener {
  return { open: (token, options) => openDump(engine, token, options) }
}

async function* openDump(engine: DockerEngine, token: Json, { signal }: CallOptions): AsyncGenerator<DumpFile, void> {
  signal.throwIfAborted()
  const container = await sameContainer(engine, token, { signal })
  const { recipe } = dumpLabels(container)
  if (recipe === undefined) throw changed(container.name, 'its labels do not ask for dumps')
  const { id, name } = container
  const port = containerExec(engine, id, name, { word: await ownerWord(engine, { signal }) })
  yield* dump(port, recipe, { where: `container ${name}`, patienceMs: RISE_MS, signal })
}

/** The container of a token. Rejects with `DUMP.CHANGED` when it is gone or does not run. */
export async function sameContainer(engine: DockerEngine, token: Json, options: CallOptions): Promise<Container> {
  const { container: id, name } = DumpToken.parse(token)
  const container = await engine.inspectContainer(id, options)
  if (container?.id !== id) throw changed(name, 'it was removed, or made anew')
  if (container.status !== 'running') throw changed(name, `it is ${container.status}`)
  return container
}

/** `DUMP.CHANGED`: nothing can be done with the database any more. */
export function changed(name: string, why: string): SalvageError {
  return new SalvageError('DUMP.CHANGED', `container ${name}: its database cannot be reached any more`, {
    why,
    hint: 'run again when it is up',
    retryable: true,
  })
}
