import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { cattle, cattleAddress, chosenInstances, databaseJob, databases, environments } from '../src/index.ts'
import { exportStacks, inventory, jinja, readTemplates, writeStack } from '../src/index.ts'
import type { DumpJob, CattleOptions } from '../src/index.ts'
import { factPath } from './facts/facts.ts'
import type { FaultInput } from './simulator/fault.ts'
import { startSimulator } from './simulator/server.ts'
import type { WorldInput } from './simulator/world.ts'

/** What a run finds and would do. */
export interface Replay {
  readonly dumps: readonly { readonly ref: string; readonly folder: string; readonly job: DumpJob }[]
  /** Codes of problems of services and stacks. */
  readonly codes: readonly string[]
  /** Sizes of written files, by `STACK/FILE`. */
  readonly files: Readonly<Record<string, number>>
  readonly requests: readonly string[]
}

/** How it is replayed. */
export interface ReplayOptions {
  readonly faults?: readonly FaultInput[]
  /** Behind the origin of the simulator. */
  readonly path?: string
  readonly key?: CattleOptions['key']
}

const ROOT = '/W/backup'
const HASTY = { connectMs: 2000, requestMs: 5000, attempts: 3, firstWaitMs: 5 }

/** Discovers, builds jobs with rancher-backup's own templates and exports, against a simulator. */
export async function replay(
  world: WorldInput,
  { faults = [], path = '/v1', key }: ReplayOptions = {},
): Promise<Replay> {
  const { signal } = new AbortController()
  using folder = temporaryDirectory()
  await using simulator = await startSimulator(world, { faults })
  await using api = cattle(cattleAddress(`${simulator.origin}${path}`), { patience: HASTY, ...(key && { key }) })
  const engine = await jinja()
  const templates = await readTemplates({ index: factPath('index'), templates: factPath('templates') }, engine)
  const tools = { engine, templates, root: ROOT }
  const dumps: Replay['dumps'][number][] = []
  const codes: string[] = []
  const files: Record<string, number> = {}
  for (const environment of await environments(api, [], { signal })) {
    const found = await inventory(api, environment, { signal })
    const { databases: all, problems } = databases(environment, found, tools.templates.entries)
    codes.push(...problems.map(({ code }) => code))
    for (const database of all)
      for (const chosen of chosenInstances(database, 'first')) {
        const { stack, service } = database.place
        const job = databaseJob(database, chosen, tools)
        dumps.push({ ref: database.ref, folder: `${ROOT}/dump/${stack}/${service}`, job })
      }
    for (const exported of await exportStacks(api, environment, found.stacks, { signal })) {
      if (exported.finding !== undefined) codes.push(exported.finding.code)
      await writeStack(exported, folder.path)
      for (const name of Object.keys(exported.files ?? {}))
        files[`${exported.name}/${name}`] = (await readFile(join(folder.path, exported.name, name))).length
    }
  }
  return { dumps, codes, files, requests: [...simulator.requests] }
}

/** The words behind `docker run --rm`, as rancher-backup wrote them; a script is shown with its values put in. */
export function asDockerRun({ folder, job }: Replay['dumps'][number]): readonly (readonly string[])[] {
  return job.commands.map(({ entrypoint, argv, environment }) => [
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint.join(' ')}`]),
    '-v',
    `${folder}:${folder}`,
    ...Object.entries(job.environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
    job.image,
    ...argv.map((word) => word.replaceAll(/"\$\{(\w+)\}"/g, (_, name: string) => environment[name] ?? '?')),
  ])
}
