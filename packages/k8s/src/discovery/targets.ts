import type { Problem, Target } from '@salvage-kit/core'
import { CLAIM_KEYS } from '../annotation/key.ts'
import { isExcluded } from '../annotation/rest.ts'
import { tidesOf } from '../annotation/tides.ts'
import { unknownKeys } from '../annotation/unknown.ts'
import type { Metadata } from '../resource/resource.ts'
import { projectOf } from '../workload/pod.ts'
import { claimRef } from '../workload/workload-id.ts'
import type { Found } from './workloads.ts'
import { told } from './workloads.ts'

/** The claims as targets of that machine, with the tides that they and their workloads say, and what is wrong with what they say. */
export function targetsOf(
  claims: readonly Metadata[],
  users: readonly Found[],
  machine?: string,
): { readonly targets: readonly Target[]; readonly problems: readonly Problem[] } {
  const tides = new Map<string, Set<string>>()
  const excluded = new Set<string>()
  for (const user of users)
    for (const claim of user.claims) {
      if (user.excluded) excluded.add(claim)
      const all = tides.get(claim) ?? new Set()
      for (const tide of user.tides) all.add(tide)
      tides.set(claim, all)
    }
  const read = claims.map((claim) => {
    const { namespace = '', name, uid, annotations = {} } = claim
    const where = `claim ${namespace}/${name}`
    const own = told(() => tidesOf(annotations, where), [])
    const out = told(() => isExcluded(annotations, where), false)
    const inherited = excluded.has(name) ? [] : (tides.get(name) ?? [])
    const target: Target = {
      ref: claimRef(namespace, name),
      source: { medium: 'pvc', namespace, name, ...(uid === undefined ? {} : { uid }) },
      ...(machine === undefined ? {} : { machine }),
      project: namespace,
      ...projectOf(claim),
      tides: out.value ? [] : [...new Set([...own.value, ...inherited])].toSorted(),
    }
    return { target, problems: [...own.problems, ...out.problems, ...unknownKeys(claim, where, CLAIM_KEYS)] }
  })
  return { targets: read.map(({ target }) => target), problems: read.flatMap(({ problems }) => problems) }
}
