import { setTimeout as sleep } from 'node:timers/promises'
import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import type { Controller } from '../workload/controller.ts'
import { readController } from '../workload/pods-of.ts'
import type { WorkloadName } from '../workload/workload-id.ts'
import { scalable } from '../workload/workload-id.ts'

const AGAIN_MS = 100
const TRIES = 50

/** What became of a wish for a number of pods; `found`: as it is now, undefined when there is none. */
export interface Scaled {
  /** It has the number now. */
  readonly done: boolean
  readonly found: Controller | undefined
  /** Whether it was told, or may have been, so that another number is somebody's answer to that. */
  readonly asked: boolean
}

/**
 * Tells a controller to have `to` pods if it is still the one of this uid and has `from`; else changes nothing. Goes by what is
 * there and not by what was answered, so that an answer that was lost, or a status that was written in between, does not count.
 */
export async function scaleFrom(
  cluster: Cluster,
  of: WorkloadName & { readonly uid: string },
  { from, to }: { readonly from: number; readonly to: number },
  options: CallOptions,
): Promise<Scaled> {
  const kind = scalable(of.kind)
  let asked = false
  for (let tries = 1; ; tries += 1) {
    const found = await readController(cluster, of, options)
    if (kind === undefined || found === undefined || found.uid !== of.uid) return { done: false, found, asked }
    if (found.replicas === to) return { done: true, found, asked }
    if (found.replicas !== from) return { done: false, found, asked }
    try {
      await cluster.patch(
        kind,
        { namespace: of.namespace, name: of.name, subresource: 'scale' },
        {
          type: 'json',
          body: [
            { op: 'test', path: '/metadata/uid', value: of.uid },
            { op: 'test', path: '/metadata/resourceVersion', value: found.version },
            { op: 'add', path: '/spec/replicas', value: to },
          ],
        },
        options,
      )
      asked = true
    } catch (error) {
      if (!isSalvageError(error) || !OPEN.has(error.code) || tries === TRIES) throw error
      asked ||= error.code !== CONFLICT
      await sleep(AGAIN_MS, undefined, { signal: options.signal })
    }
  }
}

/** Nothing was accepted. */
const CONFLICT = 'K8S.CONFLICT'
/** Look again. */
const OPEN: ReadonlySet<string> = new Set([CONFLICT, 'K8S.UNREACHABLE'])
