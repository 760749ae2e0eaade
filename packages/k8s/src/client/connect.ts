import { SalvageError } from '@salvage-kit/core'
import { apply, get, patch } from './change.ts'
import type { Cluster } from './cluster.ts'
import { create } from './create.ts'
import { exec } from './exec.ts'
import { given } from './given-identity.ts'
import type { Identity } from './identity.ts'
import { inCluster } from './in-cluster.ts'
import { fromKubeconfig } from './kubeconfig-identity.ts'
import type { Line } from './line.ts'
import { list, listMetadata } from './list.ts'
import { log } from './log.ts'
import { missing, whoami } from './permitted.ts'
import { openPool } from './pool.ts'
import { remove } from './remove.ts'
import { served } from './served.ts'
import { sessionsOf } from './sessions.ts'
import type { ConnectSettings } from './settings.ts'
import { watch } from './watch.ts'

const ANSWER_MS = 60_000
const PATIENCE_MS = 60_000
/** The address may be wrong: nobody waits a minute to hear that. */
const FIRST_PATIENCE_MS = 10_000
/** A server that starts answers before it knows all roles. */
const BACK_MS = 15_000

/**
 * The cluster that the settings name. Reads files and calls nobody yet: whether the server is there the first call tells.
 * The libraries for it are loaded here and not before. Rejects with `K8S.CONFIG`.
 */
export async function connect(settings: ConnectSettings): Promise<Cluster> {
  const identity = await identify(settings)
  const sessions = sessionsOf(identity)
  const pool = await openPool(identity.proxy)
  let met = false
  let lostAt = -Infinity
  const line: Line = {
    server: identity.server,
    sessions,
    pool,
    answerTimeoutMs: settings.answerTimeoutMs ?? ANSWER_MS,
    patienceMs: () => settings.patienceMs ?? (met ? PATIENCE_MS : FIRST_PATIENCE_MS),
    answered: () => {
      met = true
    },
    lost: () => {
      lostAt = performance.now()
    },
    isBack: () => performance.now() - lostAt < BACK_MS,
  }
  return {
    server: identity.server,
    namespace: settings.namespace ?? identity.namespace ?? 'default',
    get: (kind, at, options) => get(line, kind, at, options),
    list: (kind, scope, options) => list(line, kind, scope, options),
    listMetadata: (kind, scope, options) => listMetadata(line, kind, scope, options),
    create: (kind, manifest, options) => create(line, kind, manifest, options),
    apply: (kind, manifest, options) => apply(line, kind, manifest, options),
    patch: (kind, at, change, options) => patch(line, kind, at, change, options),
    remove: (kind, at, options) => remove(line, kind, at, options),
    watch: (kind, scope, options) => watch(line, kind, scope, options),
    log: (at, options) => log(line, at, options),
    missing: (namespace, wanted, options) => missing(line, namespace, wanted, options),
    whoami: (options) => whoami(line, options),
    served: (group, versions, options) => served(line, group, versions, options),
    exec: (request, options) => exec(line, request, options),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}

async function identify(settings: ConnectSettings): Promise<Identity> {
  if (settings.given !== undefined) return given(settings.given)
  const identity = (await fromKubeconfig(settings)) ?? (await inCluster(settings))
  if (identity !== undefined) return identity
  throw new SalvageError('K8S.CONFIG', 'no cluster is named', {
    why: 'there is no kubeconfig, and this process does not run in a pod with a service account',
    hint: 'set KUBECONFIG, or give the path of a kubeconfig',
    untouched: true,
  })
}
