import type { CallOptions, Survey } from '@salvage-kit/core'
import { WORKLOAD_KEYS } from '../annotation/key.ts'
import { unknownKeys } from '../annotation/unknown.ts'
import type { Cluster } from '../client/cluster.ts'
import { eachAtMost } from '../retention/pool.ts'
import { collect } from './collected.ts'
import { homeOf } from './home.ts'
import { permittedHere } from './permitted-here.ts'
import { targetsOf } from './targets.ts'
import { workloadsOf } from './workloads.ts'

interface SurveyOptions extends CallOptions {
  /** How the cluster is called; absent: by its namespaces. */
  readonly name?: string
}

/** Five lists each: nearly as many calls as there are connections. */
const NAMESPACES = 3

/**
 * Every claim of these namespaces as a target, every Deployment, StatefulSet and whatever else has pods as a workload, with
 * what their annotations say. Five lists for each namespace, three namespaces at once; nothing of the whole cluster is
 * asked for. What this program made for a copy is left out. An annotation that cannot be read refuses its workload; one that
 * is unknown is a problem.
 */
export async function surveyNamespaces(
  cluster: Cluster,
  namespaces: readonly string[],
  options: SurveyOptions,
): Promise<Survey> {
  options.signal.throwIfAborted()
  const surveys: Survey[] = []
  await eachAtMost(NAMESPACES, new Set(namespaces), async (namespace) => {
    surveys.push(await surveyOne(cluster, namespace, options))
  })
  return {
    targets: surveys.flatMap(({ targets }) => targets).toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
    workloads: surveys.flatMap(({ workloads }) => workloads).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    problems: surveys.flatMap(({ problems }) => problems).toSorted((a, b) => (a.message < b.message ? -1 : 1)),
  }
}

async function surveyOne(cluster: Cluster, namespace: string, { signal, name }: SurveyOptions): Promise<Survey> {
  const [collected, machine] = await Promise.all([
    permittedHere(cluster, namespace, () => collect(cluster, namespace, { signal }), { signal }),
    name ?? homeOf(cluster, namespace, { signal }),
  ])
  const found = workloadsOf(collected)
  const { targets, problems } = targetsOf(collected.claims, found, machine)
  return {
    targets,
    workloads: found.map(({ workload }) => workload),
    problems: [
      ...problems,
      ...found.flatMap((one) => [...one.problems, ...unknownKeys(one, one.where, WORKLOAD_KEYS)]),
    ],
  }
}
