import { cattle, cattleAddress, openRancher } from '../../src/index.ts'
import type { CattleKey, Rancher, RancherItem, RancherOptions, RancherSurvey } from '../../src/index.ts'
import type { FaultInput } from '../simulator/fault.ts'
import { startSimulator } from '../simulator/server.ts'
import type { Simulator } from '../simulator/server.ts'
import type { WorldInput } from '../simulator/world.ts'
import { fakeJobs } from './fake-jobs.ts'
import type { JobResult } from './fake-jobs.ts'

const HASTY = { connectMs: 2000, requestMs: 5000, attempts: 2, firstWaitMs: 5 }

/** A simulated server, and Rancher opened on it, with jobs that run nowhere. */
export interface Yard extends AsyncDisposable {
  readonly simulator: Simulator
  readonly jobs: ReturnType<typeof fakeJobs>
  readonly rancher: Rancher
  readonly options: RancherOptions
  survey(): Promise<RancherSurvey>
  /** The item of a reference; fails where there is none. */
  item(ref: string): Promise<RancherItem>
  /** What a dump of it holds, by names of files. */
  dump(ref: string): Promise<Readonly<Record<string, string>>>
}

/** What a yard is made of. */
export interface YardInput extends Partial<RancherOptions> {
  readonly faults?: readonly FaultInput[]
  readonly key?: CattleKey
  readonly result?: Parameters<typeof fakeJobs>[0]
}

/** Opens one. The default of a job is one file, which is whole. */
export async function yard(world: WorldInput, { faults, key, result = usual, ...more }: YardInput = {}): Promise<Yard> {
  await using opening = new AsyncDisposableStack()
  const simulator = opening.use(await startSimulator(world, faults === undefined ? {} : { faults }))
  const [first] = world.keys ?? []
  const used = key ?? first
  const api = opening.use(
    cattle(cattleAddress(simulator.origin), { patience: HASTY, ...(used === undefined ? {} : { key: used }) }),
  )
  const jobs = fakeJobs(result)
  const options: RancherOptions = { api, jobs, ...more }
  const rancher = openRancher(options)
  const kept = opening.move()
  const signal = new AbortController().signal
  const survey = (): Promise<RancherSurvey> => rancher.survey({ signal })
  const item = async (ref: string): Promise<RancherItem> => {
    const { items, problems } = await survey()
    const found = items.find((one) => one.ref === ref)
    if (found === undefined) throw new Error(`no ${ref}: ${JSON.stringify({ items, problems })}`)
    return found
  }
  return {
    simulator,
    jobs,
    rancher,
    options,
    survey,
    item,
    async dump(ref) {
      const { token } = await item(ref)
      const files: Record<string, string> = {}
      for await (const file of rancher.open(token, { signal })) {
        let text = ''
        for await (const piece of file.content) text += String(piece)
        await file.whole
        files[file.name] = text
      }
      return files
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

function usual(): JobResult {
  return { 'all-databases.dump': 'SELECT 1;\n' }
}
