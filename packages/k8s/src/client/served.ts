import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Call } from './call.ts'
import { send } from './exchange.ts'
import type { Line } from './line.ts'
import { segment } from './path.ts'
import { readAnswer } from './read.ts'
import { ApiGroup, ApiVersions } from './review-schema.ts'

/** The newest of these versions of a group that the API serves; undefined when it serves none. Needs no rights. */
export async function served(
  line: Line,
  group: string,
  versions: readonly string[],
  options: CallOptions,
): Promise<string | undefined> {
  const there = await servedVersions(line, group, options)
  return versions.filter((version) => there.includes(version)).toSorted((one, other) => rank(other) - rank(one))[0]
}

async function servedVersions(line: Line, group: string, options: CallOptions): Promise<readonly string[]> {
  const call: Call = {
    verb: 'get',
    subject: `API group ${group === '' ? 'core' : group}`,
    method: 'GET',
    path: group === '' ? '/api' : `/apis/${segment(group)}`,
    repeatable: true,
  }
  try {
    const text = await send(line, call, options)
    if (group === '') return readAnswer(ApiVersions, text, call).versions
    return readAnswer(ApiGroup, text, call).versions.map(({ version }) => version)
  } catch (error) {
    if (isSalvageError(error) && (error.code === 'K8S.NO_KIND' || error.code === 'K8S.NOT_FOUND')) return []
    throw error
  }
}

/** As Kubernetes orders versions: `v2`, `v1`, `v1beta2`, `v1beta1`, `v1alpha1`, and others below. */
function rank(version: string): number {
  const [, major, stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
  if (major === undefined) return -1
  const floor = { alpha: 1, beta: 2, none: 3 }[stage === 'alpha' || stage === 'beta' ? stage : 'none']
  return floor * 1_000_000 + Number(major) * 1_000 + Number(minor)
}
