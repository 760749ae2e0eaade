import { randomUUID } from 'node:crypto'
import { deadline, formatDuration, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding, Quiescer } from '@salvage-kit/core'
import type { Cluster, Permission } from '../client/cluster.ts'
import type { HeldInPod } from '../exec/hold/hold-in-pod.ts'
import { holdInPod } from '../exec/hold/hold-in-pod.ts'
import type { HoldScripts, QuiesceEnd } from '../exec/hold/hold-script.ts'
import { thawedElsewhere } from '../exec/hold/thawed-elsewhere.ts'
import type { PodPlace } from '../exec/run/pod-script.ts'
import { quoted } from '../exec/shell/quoted.ts'
import { nameOf } from '../workload/workload-id.ts'
import { departure, placesOf } from './exec-place.ts'
import type { HookPlace } from './exec-token.ts'
import { HookToken } from './exec-token.ts'
import { CONTAINER, POST, PRE } from '../annotation/key.ts'
import { EXEC, HookSettings } from './settings.ts'
import { readSettings, readToken, workloadOf } from './token.ts'

const LIMIT_MS = 600_000
/** Finding the pod, and waiting until one that nobody holds any more thaws by itself. */
const BESIDES_MS = 90_000

/** What {@link execQuiescer} takes. */
export interface ExecQuiescerSettings {
  /** How long a pod stays held when nobody is heard any more, in milliseconds. Default: 30 seconds. */
  readonly patienceMs?: number
}

/**
 * Runs `pre` in each pod of a workload and holds them; `post` when they are let go. Each pod undoes it by itself, within 30
 * seconds, when this program, its node or the network dies: `post` runs once for each `pre` that was begun. It must bear half
 * of a `pre`. In another process `resume` waits for that, or does it.
 *
 * A bad end of `post` is tried once more, and then a finding. A pod that is gone, or whose container was restarted, has nothing
 * to be undone; `atRest` tells of it.
 *
 * Codes: `K8S.NO_WORKLOAD`, `K8S.SETTINGS`, `HOOK.NO_CONTAINER` (prepare); `HOOK.CHANGED`, `HOOK.FAILED`, `HOOK.TIMEOUT`, and those of
 * `holdInPod` (quiesce); `K8S.TOKEN`. Finding: `HOOK.POST_FAILED`.
 */
export function execQuiescer(cluster: Cluster, { patienceMs }: ExecQuiescerSettings = {}): Quiescer {
  /** By the id of a hold: what this process holds, by pod. */
  const holds = new Map<string, Map<string, HeldInPod>>()
  const scriptsOf = ({ id, settings }: HookToken): HoldScripts => ({
    id,
    quiesce: line(settings.pre) + (settings.tolerant === true ? ' || :' : ''),
    thaw: settings.post === undefined ? ':' : line(settings.post),
    ...(settings.directory === undefined ? {} : { directory: settings.directory }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  })
  const letGo = async (token: HookToken, place: HookPlace, options: CallOptions): Promise<readonly Finding[]> => {
    const where = placeOf(token, place)
    const scripts = scriptsOf(token)
    const held = holds.get(token.id)?.get(place.pod)
    try {
      if (held !== undefined) {
        const { code = 0 } = await held.release(options)
        if (code === 0) return []
      } else if (await isGone(cluster, token, place, options)) return []
      const { code = 0, stderr = '' } = await thawedElsewhere(cluster, where, scripts, options)
      return code === 0 ? [] : [postFailed(token, place, { code, stderr })]
    } catch (error) {
      if (isSalvageError(error) && (await isGone(cluster, token, place, options))) return []
      throw error
    }
  }
  return {
    id: EXEC,
    prepare: async (workload, given, options) => {
      options.signal.throwIfAborted()
      const settings = readSettings(HookSettings, given, workload)
      const of = workloadOf(workload)
      const places = await placesOf(cluster, of, settings.container, options)
      return {
        version: 1,
        as: 'exec',
        ...of,
        id: randomUUID(),
        places: places.map((place) => ({ ...place })),
        settings: { ...settings },
      }
    },
    quiesce: async (given, options) => {
      options.signal.throwIfAborted()
      const token = readToken(HookToken, given)
      for (const place of token.places) {
        const why = await departure(cluster, token.namespace, place, options)
        if (why !== undefined) throw changed(token, why)
      }
      const held = new Map<string, HeldInPod>()
      holds.set(token.id, held)
      const { timeoutMs = LIMIT_MS } = token.settings
      using limit = deadline(timeoutMs, options.signal, tooLong(token, timeoutMs))
      const ends = await Promise.allSettled(
        token.places.map(async (place) => {
          const scripts = { ...scriptsOf(token), refused: (end: QuiesceEnd) => preFailed(token, place, end) }
          const hold = await holdInPod(cluster, placeOf(token, place), scripts, { signal: limit.signal })
          held.set(place.pod, hold)
        }),
      )
      const failure = ends.find((end) => end.status === 'rejected')
      if (failure !== undefined) throw failure.reason
    },
    resume: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(HookToken, given)
      const ends = await Promise.allSettled(token.places.map((place) => letGo(token, place, { signal })))
      const failure = ends.find((end) => end.status === 'rejected')
      if (failure !== undefined) throw failure.reason
      holds.delete(token.id)
      return ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []))
    },
    patienceMs: (given) => (readToken(HookToken, given).settings.timeoutMs ?? LIMIT_MS) + BESIDES_MS,
    atRest: async (given, options) => {
      options.signal.throwIfAborted()
      const token = readToken(HookToken, given)
      const held = holds.get(token.id)
      for (const place of token.places) {
        const hold = held?.get(place.pod)
        if (hold === undefined || hold.lost.aborted)
          return { atRest: false, why: `pod ${token.namespace}/${place.pod} is not held any more` }
        const why = await departure(cluster, token.namespace, place, options)
        if (why !== undefined) return { atRest: false, why }
      }
      return { atRest: true }
    },
  }
}

function placeOf({ namespace, settings: { shell } }: HookToken, { pod, container }: HookPlace): PodPlace {
  return { namespace, pod, container, ...(shell === undefined ? {} : { shell }) }
}

/** A program and its words, which no shell changes. */
function line(words: readonly string[]): string {
  return words.map(quoted).join(' ')
}

/** A container that was restarted has forgotten whatever was asked of it, and the hold is dead with it. */
async function isGone(
  cluster: Cluster,
  { namespace }: HookToken,
  place: HookPlace,
  options: CallOptions,
): Promise<boolean> {
  return (await departure(cluster, namespace, place, options)) !== undefined
}

function changed(token: HookToken, why: string): SalvageError {
  return new SalvageError('HOOK.CHANGED', `${nameOf(token)} has changed since it was looked at`, {
    why,
    hint: 'run again, and leave the pods alone meanwhile',
    untouched: true,
  })
}

function tooLong(token: HookToken, ms: number): SalvageError {
  return new SalvageError(
    'HOOK.TIMEOUT',
    `the pre command of ${nameOf(token)} is not done after ${formatDuration(ms)}`,
    {
      why: 'it was ended, and is undone',
      hint: 'if it needs longer, set salvage-kit.io/timeout',
    },
  )
}

/** `HOOK.FAILED`: it was undone. The words of the command are not repeated beyond the first: they may hold a password. */
function preFailed(
  { namespace, settings }: HookToken,
  { pod, container }: HookPlace,
  { code, thawed, stderr }: QuiesceEnd,
): SalvageError {
  const undone =
    settings.post === undefined
      ? 'nothing was to be undone'
      : thawed === undefined
        ? 'the post command runs elsewhere'
        : `the post command ended with ${String(thawed)}`
  const command = byHand(namespace, { pod, container }, settings.pre)
  return new SalvageError(
    'HOOK.FAILED',
    `the pre command (annotation ${PRE}) in container "${container}" of pod ${namespace}/${pod} ended with ${String(code ?? 'nothing')}`,
    {
      why: `${endText(settings.pre, code, stderr)}; ${undone}`,
      hint:
        code === NOT_FOUND || code === NOT_EXECUTABLE
          ? `name a program that is in the container, or the container that has it (annotation ${CONTAINER}); try it: ${command}`
          : `try it by hand: ${command}`,
    },
  )
}

/** As shells say it. */
const NOT_FOUND = 127
const NOT_EXECUTABLE = 126

function endText(words: readonly string[] = [], code: number | undefined, stderr: string): string {
  if (stderr !== '') return stderr
  const program = words[0] ?? ''
  if (code === NOT_FOUND) return `there is no program "${program}" in the container`
  if (code === NOT_EXECUTABLE) return `"${program}" cannot be executed there`
  return 'it said nothing on stderr'
}

function byHand(
  namespace: string,
  { pod, container }: Pick<HookPlace, 'pod' | 'container'>,
  words: readonly string[] = [],
): string {
  return `kubectl -n ${namespace} exec ${pod} -c ${container} -- ${words[0] ?? ''}${words.length > 1 ? ' …' : ''}`
}

/** The words of the command are not repeated, as above. */
function postFailed(
  { namespace, settings }: HookToken,
  { pod, container }: HookPlace,
  { code, stderr }: { readonly code: number; readonly stderr: string },
): Finding {
  return {
    code: 'HOOK.POST_FAILED',
    message: `the post command (annotation ${POST}) in container "${container}" of pod ${namespace}/${pod} ended with ${String(code)}, twice`,
    why: endText(settings.post, code, stderr),
    hint: `see what it left undone, and run it by hand: ${byHand(namespace, { pod, container }, settings.post)}`,
  }
}

/** What it takes, in its namespace. */
export const EXEC_PERMISSIONS: readonly Permission[] = [
  { verb: 'get', group: '', resource: 'pods' },
  { verb: 'list', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods/exec' },
  { verb: 'get', group: '', resource: 'pods/exec' },
]
