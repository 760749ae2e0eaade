import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dumpsInto, openRancher, standingIn } from '../../src/index.ts'
import { yard } from '../backend/yard.ts'
import type { YardInput } from '../backend/yard.ts'
import type { WorldInput } from '../simulator/world.ts'

/** What one run told. */
export interface Night {
  /** Of what could not be dumped: they make the run partial. */
  readonly found: readonly string[]
  readonly warned: readonly string[]
  readonly jobs: Awaited<ReturnType<typeof yard>>['jobs']['ran']
}

/** What a night is made of. */
export interface NightInput extends YardInput {
  /** Nothing says where the API is. */
  readonly withoutApi?: true
  readonly runId?: string
}

/** One run of dumps into a directory, of a simulated server, asked by the real code. */
export async function night(
  directory: string,
  world: WorldInput,
  { withoutApi, runId, ...input }: NightInput = {},
): Promise<Night> {
  await using y = await yard(world, input)
  const { api, ...rest } = y.options
  const { environments = [] } = y.options
  const warned: string[] = []
  const backend = dumpsInto({
    rancher: withoutApi === true ? openRancher(rest) : y.rancher,
    directory,
    standing: async (call) =>
      withoutApi === true || api === undefined ? undefined : standingIn(api, environments, call),
    warn: ({ code }) => void warned.push(code),
  })
  const [quiescer] = backend.quiescers ?? []
  if (quiescer === undefined) throw new Error('no quiescer')
  const { signal } = new AbortController()
  const token = await quiescer.prepare('dumps', { directory, dumps: true }, { signal })
  await quiescer.quiesce(token, { signal, ...(runId === undefined ? {} : { runId }) })
  const found = await quiescer.resume(token, { signal, quiesced: 'yes' })
  return { found: found.map(({ code }) => code), warned, jobs: y.jobs.ran }
}

/** All files but the manifest. */
export function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name !== 'manifest.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted()
}

/** The manifest's text. */
export function manifestIn(directory: string): string {
  return readFileSync(join(directory, '.salvage-kit/manifest.json'), 'utf8')
}
