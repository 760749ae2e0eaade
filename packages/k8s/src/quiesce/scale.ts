import { setTimeout as sleep } from 'node:timers/promises'
import { deadline } from '@salvage-kit/core'
import type { CallOptions, Quiescer } from '@salvage-kit/core'
import type { Cluster, Permission } from '../client/cluster.ts'
import type { Controller } from '../workload/controller.ts'
import { presentPods, readController } from '../workload/pods-of.ts'
import { unscalable } from '../workload/scalable.ts'
import { nameOf } from '../workload/workload-id.ts'
import { unwatched } from './scale-autoscaler.ts'
import { changed, changedMeanwhile, gone, late, notDown, overruled, refused } from './scale-finding.ts'
import { scaleFrom } from './scale-replicas.ts'
import { ScaleToken } from './scale-token.ts'
import { SCALE, ScaleSettings } from './settings.ts'
import { noWorkload, readSettings, readToken, workloadOf } from './token.ts'

const POLL_MS = 250
const BESIDES_MS = 120_000
/** How long the server may take to do what a process asked of it that died a moment ago. */
const UNDER_WAY_MS = 500

/**
 * Tells a Deployment or StatefulSet to have no pods, and then as many as before. It is at rest when its pods are gone: each has
 * ended within its own grace, or was killed. Nothing is put back that somebody changed meanwhile: another number than 0 stays,
 * and is told. A HorizontalPodAutoscaler does nothing to it while it has no pods.
 *
 * Codes: `K8S.NO_WORKLOAD`, `K8S.SETTINGS`, `SCALE.NO_CONTROLLER`, `SCALE.OWNED`, `SCALE.DELETES_CLAIMS`, `SCALE.AUTOSCALED`
 * (prepare); `SCALE.CHANGED`, `SCALE.NOT_DOWN` (quiesce); `K8S.TOKEN`. Findings: `SCALE.GONE`, `SCALE.CHANGED`,
 * `HEALTH.TIMEOUT`.
 */
export function scaleQuiescer(cluster: Cluster): Quiescer {
  /** By uid: how it counted its changes when it had come to rest here. */
  const rested = new Map<string, number>()
  return {
    id: SCALE,
    prepare: async (workload, settings, options) => {
      options.signal.throwIfAborted()
      const { timeoutMs } = readSettings(ScaleSettings, settings, workload)
      const of = workloadOf(workload)
      const found = await readController(cluster, of, options)
      if (found === undefined) throw noWorkload(workload)
      const against = unscalable(found)
      if (against !== undefined) throw refused(against)
      await unwatched(cluster, of, options)
      const { namespace, kind, name, uid, replicas, ready, generation } = found
      const graceMs = found.template.terminationGracePeriodSeconds * 1000 * (found.ordered ? Math.max(replicas, 1) : 1)
      const downMs = timeoutMs ?? graceMs + BESIDES_MS
      const upMs = timeoutMs ?? BESIDES_MS
      return { version: 1, as: 'scale', namespace, kind, name, uid, replicas, ready, generation, downMs, upMs }
    },
    quiesce: async (given, options) => {
      options.signal.throwIfAborted()
      const token = readToken(ScaleToken, given)
      if (token.replicas === 0) return
      const now = await readController(cluster, token, options)
      if (now === undefined || now.uid !== token.uid || now.replicas !== token.replicas) throw changed(token, now)
      const { done, found, asked } = await scaleFrom(cluster, token, { from: token.replicas, to: 0 }, options)
      if (!done || found === undefined) throw asked ? overruled(token, found) : changed(token, found)
      using limit = deadline(token.downMs, options.signal, notDown(token))
      await ended(cluster, token, found, { signal: limit.signal })
      rested.set(token.uid, found.generation)
    },
    resume: async (given, { signal, quiesced }) => {
      signal.throwIfAborted()
      const token = readToken(ScaleToken, given)
      if (token.replicas === 0) return []
      if (quiesced === 'maybe') await sleep(UNDER_WAY_MS, undefined, { signal })
      const { done, found } = await scaleFrom(cluster, token, { from: 0, to: token.replicas }, { signal })
      rested.delete(token.uid)
      if (found === undefined) return [gone(token)]
      return done ? [] : [changedMeanwhile(token, found)]
    },
    atRest: async (given, options) => {
      options.signal.throwIfAborted()
      const token = readToken(ScaleToken, given)
      const found = await readController(cluster, token, options)
      const why = await disturbance(cluster, token, found, rested.get(token.uid), options)
      return why === undefined ? { atRest: true } : { atRest: false, why: `${nameOf(token)} ${why}` }
    },
    healthy: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(ScaleToken, given)
      if (token.replicas === 0) return []
      using limit = deadline(token.upMs, signal)
      return (await isReady(cluster, token, { signal: limit.signal }, signal)) ? [] : [late(token)]
    },
    healthPatienceMs: (given) => readToken(ScaleToken, given).upMs + BESIDES_MS,
  }
}

/** Resolves when no pod is left that may write. Rejects when somebody wants pods again: then they never end. */
async function ended(cluster: Cluster, token: ScaleToken, of: Controller, options: CallOptions): Promise<void> {
  while ((await presentPods(cluster, of, options)).length > 0) {
    const now = await readController(cluster, token, options)
    if (now === undefined || now.uid !== token.uid || now.replicas !== 0) throw overruled(token, now)
    await sleep(POLL_MS, undefined, options).catch((error: unknown) => {
      options.signal.throwIfAborted()
      throw error
    })
  }
}

async function disturbance(
  cluster: Cluster,
  token: ScaleToken,
  found: Controller | undefined,
  rested: number | undefined,
  options: CallOptions,
): Promise<string | undefined> {
  if (found === undefined) return 'was removed'
  if (found.uid !== token.uid) return 'was made anew'
  if (found.replicas !== 0) return `was scaled to ${String(found.replicas)}`
  const then = token.replicas === 0 ? token.generation : rested
  if (then !== undefined && found.generation !== then) return 'was changed while it was at rest'
  return (await presentPods(cluster, found, options)).length > 0 ? 'has pods' : undefined
}

/** Whether as many as before are ready, or as many as somebody wants by now; false when not in time. */
async function isReady(
  cluster: Cluster,
  token: ScaleToken,
  within: CallOptions,
  parent: AbortSignal,
): Promise<boolean> {
  try {
    for (;;) {
      const found = await readController(cluster, token, within)
      // Somebody removed it or made it anew: what it should be is theirs to say.
      if (found === undefined || found.uid !== token.uid) return true
      if (found.observed >= found.generation && found.ready >= Math.min(token.ready, found.replicas)) return true
      await sleep(POLL_MS, undefined, within)
    }
  } catch (error) {
    if (!within.signal.aborted) throw error
    parent.throwIfAborted()
    return false
  }
}

/** What it takes, in its namespace. Autoscalers are looked at where that is permitted. */
export const SCALE_PERMISSIONS: readonly Permission[] = [
  { verb: 'list', group: '', resource: 'pods' },
  ...['deployments', 'statefulsets'].flatMap((resource) => [
    { verb: 'get', group: 'apps', resource },
    { verb: 'patch', group: 'apps', resource: `${resource}/scale` },
  ]),
  { verb: 'list', group: 'autoscaling', resource: 'horizontalpodautoscalers' },
]
