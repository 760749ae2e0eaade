import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { connect, parseBak } from '@salvage-kit/k8s'
import type { BakSettings, Cluster, Environment } from '@salvage-kit/k8s'
import { zoneFinding } from './zone-finding.ts'

/** What the verbs of namespaces work with. */
export interface Ns extends AsyncDisposable {
  readonly cluster: Cluster
  readonly environment: Environment
}

/** The settings of `BAK_…` variables, and what a person should know of them. */
export interface BakRead {
  readonly settings: BakSettings
  readonly findings: readonly Finding[]
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const RAND_LENGTH = 6

/** The cluster that kubectl would work with, or that of this pod. Calls nobody yet. Rejects with `K8S.CONFIG`. */
export async function openNs(environment: Environment, { signal }: CallOptions): Promise<Ns> {
  signal.throwIfAborted()
  const cluster = await connect({ environment })
  return { cluster, environment, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() }
}

/** What of the cluster decides defaults: its namespace, `default` where no cluster is known. Calls nobody. */
export async function surroundings(environment: Environment): Promise<Pick<Cluster, 'namespace'>> {
  try {
    await using cluster = await connect({ environment })
    return { namespace: cluster.namespace }
  } catch (error) {
    if (isSalvageError(error) && error.code === 'K8S.CONFIG') return { namespace: 'default' }
    throw error
  }
}

/** The variables of backup-ns with its defaults: the namespace of the context, six letters, half of the processors. Throws `BAK.INVALID`. */
export function readBak({
  cluster,
  environment,
}: Pick<Ns, 'environment'> & { readonly cluster: Pick<Cluster, 'namespace'> }): BakRead {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const read = parseBak(environment, {
    namespace: cluster.namespace,
    rand: Array.from({ length: RAND_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
    processors: availableParallelism(),
    zone,
  })
  const finding = zoneFinding(environment, zone)
  return finding === undefined ? read : { ...read, findings: [...read.findings, finding] }
}
