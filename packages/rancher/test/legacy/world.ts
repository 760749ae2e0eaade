import { memory, memoryPlatform } from '@salvage-kit/core'
import type { Finding, MemoryPlatform, Problem, Quiescer, TargetRef } from '@salvage-kit/core'
import { dumpsInto } from '../../src/index.ts'
import type { Rancher, RancherItem } from '../../src/index.ts'

/** A directory with the dumps of a platform in memory, whose databases are called as things of Rancher are. */
export interface World {
  readonly platform: MemoryPlatform
  /** What stands in Rancher besides what is dumped. */
  readonly standing: Set<TargetRef>
  readonly problems: Problem[]
  readonly warned: Finding[]
  /** One run: resolves with what could not be dumped. */
  run(signal?: AbortSignal): Promise<readonly Finding[]>
}

const ENVIRONMENT = '1a5'

/** Every database is dumped into `directory`. A file called `INSTANCE:FILE` is of one container. */
export function worldIn(directory: string): World {
  const platform = memoryPlatform()
  const standing = new Set<TargetRef>()
  const problems: Problem[] = []
  const warned: Finding[] = []
  const names = (): readonly string[] => [...platform.databases.keys()]
  const rancher: Rancher = {
    survey: async () => Promise.resolve({ items: names().map(itemOf), problems }),
    open: (token, options) => withPlaces(memory(platform), token, options),
  }
  const backend = dumpsInto({
    rancher,
    directory,
    standing: async () => {
      const refs = new Set([...standing, ...names().map((name) => itemOf(name).ref)])
      const things = [...refs].map((ref) => ({ ref, local: ref, containers: [] }))
      return Promise.resolve([{ environment: { id: ENVIRONMENT }, isWhole: things.length > 0, things }])
    },
    warn: (finding) => void warned.push(finding),
  })
  const [quiescer] = backend.quiescers ?? []
  const run: World['run'] = async (signal = new AbortController().signal) => oneRun(quiescer, directory, signal)
  return { platform, standing, problems, warned, run }
}

async function* withPlaces(
  { dumps }: ReturnType<typeof memory>,
  ...[token, options]: Parameters<Rancher['open']>
): ReturnType<Rancher['open']> extends AsyncIterable<infer File> ? AsyncGenerator<File, void> : never {
  if (dumps === undefined) throw new Error('no dumps')
  for await (const file of dumps.open(token, options)) {
    const [first = '', second] = file.name.split(':')
    yield { ...file, file: second ?? first, ...(second === undefined ? {} : { instance: first }) }
  }
}

/** `app/db`, `app/web/side`, `app`, `rancher-db:cattle`. */
function itemOf(name: string): RancherItem {
  const base = { token: name, several: true, environment: ENVIRONMENT }
  if (name.startsWith('rancher-db:'))
    return { ...base, ref: `rancher-db:${name.slice(11)}`, kind: 'server', names: { database: name.slice(11) } }
  const [stack = '', service, sidekick] = name.split('/').map(decodeURIComponent)
  if (service === undefined) return { ...base, ref: `rancher:${name}`, kind: 'stack', names: { stack } }
  const names = { stack, service, ...(sidekick === undefined ? {} : { sidekick }) }
  return { ...base, ref: `rancher:${name}`, kind: 'database', names }
}

async function oneRun(
  quiescer: Quiescer | undefined,
  directory: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (quiescer === undefined) throw new Error('no quiescer')
  const token = await quiescer.prepare('dumps', { directory, dumps: true }, { signal })
  const other = new AbortController().signal
  try {
    await quiescer.quiesce(token, { signal })
  } catch (error) {
    await quiescer.resume(token, { signal: other, quiesced: 'maybe' })
    throw error
  }
  return quiescer.resume(token, { signal: other, quiesced: 'yes' })
}
