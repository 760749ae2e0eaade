import { randomBytes } from 'node:crypto'
import type { CallOptions, CheckedDump, DumpLoader, Json, LoadPlace, StoredDump } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import { checkRestore, proveDump, readyToRestore, settleRestore } from '@salvage-kit/dump'
import type { DatabaseOptions, ExecPort, Recipe } from '@salvage-kit/dump'
import { z } from 'zod'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { identityOf, workloadId } from '../workload-id.ts'
import { changed, RISE_MS, sameContainer } from './docker-dumps.ts'
import { dumpLabels } from './dump-labels.ts'
import { containerExec, endPrograms } from './exec-port.ts'

/** A load in a container: `word` begins the words of all its programs, by which they are found. */
const LoadToken = z.strictObject({
  version: z.literal(1),
  container: z.string(),
  name: z.string(),
  word: z.string().regex(/^[0-9a-f]{24,}$/),
  files: z.array(z.string()),
})

/** Loads dumps into the databases of containers, by programs in them. Rejects with `DUMP.CHANGED`, and what restores of the recipes say. */
export function dockerLoader(engine: DockerEngine): DumpLoader {
  const placeOf = (token: Json, options: CallOptions): Promise<Place> => place(engine, token, options)
  return {
    async ready(token, options): Promise<LoadPlace> {
      const { port, recipe, asked, container } = await placeOf(token, options)
      await readyToRestore(port, recipe, asked)
      return { workload: workloadId(identityOf(container.labels, container.name)) }
    },
    async check(token, files, options): Promise<CheckedDump> {
      const { port, recipe, asked, container, word } = await placeOf(token, options)
      const checked = await checkRestore(port, recipe, files, asked)
      const { id, name } = container
      return {
        token: { version: 1, container: id, name, word, files: files.map((file) => file.name) },
        load: (loading) => checked.load(loading),
      }
    },
    settle: (token, options) => settle(engine, token, options),
    async prove(token, files: readonly StoredDump[], options) {
      const { port, recipe, asked, container } = await placeOf(token, options)
      for (const file of files) await proveDump(port, recipe, file, asked)
      return `${recipe.engine.name} of container ${container.name}`
    },
  }
}

interface Place {
  readonly container: Container
  readonly recipe: Recipe
  readonly port: ExecPort
  readonly word: string
  readonly asked: DatabaseOptions
}

async function place(engine: DockerEngine, token: Json, { signal }: CallOptions): Promise<Place> {
  signal.throwIfAborted()
  const container = await sameContainer(engine, token, { signal })
  const { recipe } = dumpLabels(container)
  if (recipe === undefined) throw changed(container.name, 'its labels name no database')
  const { id, name } = container
  const word = randomBytes(12).toString('hex')
  const port = containerExec(engine, id, name, { word })
  return { container, recipe, port, word, asked: { where: `container ${name}`, patienceMs: RISE_MS, signal } }
}

/**
 * What runs in a container that is gone or at rest has ended, and what is frozen goes on when it thaws: that is not settled; what lies there is mended where it is mended by the database.
 */
async function settle(engine: DockerEngine, token: Json, { signal }: CallOptions): Promise<void> {
  signal.throwIfAborted()
  const { container: id, name, word, files } = LoadToken.parse(token)
  const container = await engine.inspectContainer(id, { signal })
  if (container?.id !== id) return
  if (container.status === 'paused') throw atRest(container)
  const { recipe } = dumpLabels(container)
  if (recipe === undefined) return
  if (container.status === 'running') {
    await endPrograms(engine, { container: id, word }, { signal })
    const port = containerExec(engine, id, name)
    await settleRestore(port, recipe, files, { where: `container ${name}`, patienceMs: RISE_MS, signal })
  } else if (recipe.engine.settle !== undefined) throw atRest(container)
}

function atRest({ name, status }: Container): SalvageError {
  return new SalvageError('DUMP.NOT_RUNNING', `container ${name}: what a load into its database left is still there`, {
    why: `it is ${status}`,
    hint: `${status === 'paused' ? 'unpause' : 'start'} it, then run \`salvage-kit recover\``,
  })
}
