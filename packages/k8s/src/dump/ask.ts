import { randomBytes } from 'node:crypto'
import type { CallOptions } from '@salvage-kit/core'
import { insideProgram } from '@salvage-kit/dump'
import type { Cluster } from '../client/cluster.ts'
import { runScript } from '../exec/run/run-script.ts'
import { failureInPod } from './failure.ts'
import type { DumpPlace } from './recipe.ts'

/** What a program of a dump answered, by key. */
export type Answers = ReadonlyMap<string, string>

/** Letters and digits that no other call has. */
export function callId(): string {
  return randomBytes(6).toString('hex')
}

/** Runs a step in the container of a database. Rejects with `DUMP.…`, and as `runScript`. */
export async function ask(
  cluster: Pick<Cluster, 'exec'>,
  place: DumpPlace,
  {
    step,
    args = [],
    id = callId(),
  }: { readonly step: string; readonly args?: readonly string[]; readonly id?: string },
  options: CallOptions,
): Promise<Answers> {
  const script = insideProgram({ recipe: place.recipe, id, step })
  const { code, stdout, stderr } = await runScript(cluster, place.where, { script, args }, options)
  const answers = new Map(
    stdout
      .toString()
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  )
  if (code !== 0) throw failureInPod(place, { reason: answers.get('fail'), about: answers.get('about'), stderr })
  return answers
}
