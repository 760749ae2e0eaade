import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { apiVersionOf, KINDS } from '../../resource/kind.ts'
import type { Resource } from '../../resource/resource.ts'
import { stateLabels } from '../place.ts'
import type { StatePlace } from '../place.ts'
import { checkFormat, FORMAT, formatOf } from './format.ts'
import { checkRoom } from './full.ts'
import { configMap } from './schema.ts'
import type { ConfigMap } from './schema.ts'

/** What is to become of some keys: a new value, or null for none. */
export type Changes = Readonly<Record<string, string | null>>

/** What a map is for. */
export interface MapSettings {
  /** Of the codes of its errors. */
  readonly area: 'JOURNAL' | 'LOCK'
  /** One word, for its format and for messages. */
  readonly what: string
  readonly version: number
  /** How long one change may take while the API server is away or others write, in milliseconds. */
  readonly patienceMs: number
}

/** What one look at a map says is to be done. */
export interface Change<Result> {
  readonly changes: Changes
  readonly result: Result
  /** It takes nothing new, so it may use the last of the room. */
  readonly spare?: boolean
}

/**
 * A ConfigMap that several processes change, each change in one step. Both verbs reject with `AREA.VERSION`,
 * `AREA.UNREADABLE`, `AREA.BUSY`, and with the `K8S.…` of the call that failed.
 */
export interface SharedMap {
  /** For messages. */
  readonly where: string
  /** As it is now; undefined when there is none. */
  read(): Promise<ConfigMap | undefined>
  /**
   * Looks and changes; `look` is called again when somebody was faster, or when an answer was lost: it must know its own
   * change when that is there already, and may throw. The map is made when there is none. Stored at the cluster when it resolves.
   * Rejects with `AREA.FULL` also.
   */
  change<Result>(look: (map: ConfigMap) => Change<Result>): Promise<Result>
}

const LONGEST_PAUSE_MS = 1000

/** The map at this place. Calls nobody yet. */
export function sharedMap(cluster: Cluster, place: StatePlace, settings: MapSettings): SharedMap {
  const at = { namespace: place.namespace, name: place.name }
  const where = `the ${settings.what} ${at.namespace}/${at.name}`
  /** As it was after the last change: mostly nobody else writes, and one call is enough. */
  let known: ConfigMap | undefined
  let turn: Promise<unknown> = Promise.resolve()

  function opened(resource: Resource): ConfigMap {
    const read = configMap.parse(resource)
    checkFormat(read, settings, where)
    return read
  }

  async function fetch(options: CallOptions): Promise<ConfigMap | undefined> {
    const found = await cluster.get(KINDS.configMap, at, options)
    return found === undefined ? undefined : opened(found)
  }

  async function make(options: CallOptions): Promise<ConfigMap> {
    const { configMap: kind } = KINDS
    const metadata = { ...at, labels: stateLabels(place) }
    const manifest = {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata,
      data: { [FORMAT]: formatOf(settings) },
    }
    return opened(await cluster.create(kind, manifest, options))
  }

  async function once<Result>(
    look: (map: ConfigMap) => Change<Result>,
    options: CallOptions,
  ): Promise<{ readonly result: Result } | undefined> {
    const cached = known
    known = undefined
    const map = cached ?? (await fetch(options)) ?? (await make(options))
    let wanted: Change<Result>
    try {
      wanted = look(map)
      checkRoom(map, wanted.changes, { ...settings, where, spare: wanted.spare ?? false })
    } catch (error) {
      // What was remembered may be old; the word of the cluster counts.
      if (cached === undefined) throw error
      return undefined
    }
    const { changes, result } = wanted
    if (Object.keys(changes).length === 0) {
      if (cached === undefined) known = map
      return cached === undefined ? { result } : undefined
    }
    const { resourceVersion } = map.metadata
    const body = { metadata: { resourceVersion }, data: changes }
    const changed = await cluster.patch(KINDS.configMap, at, { type: 'merge', body }, options)
    if (changed === undefined) return undefined
    known = opened(changed)
    return { result }
  }

  async function patiently<Result>(look: (map: ConfigMap) => Change<Result>): Promise<Result> {
    using patience = deadline(settings.patienceMs, undefined, tooBusy(where, settings))
    const { signal } = patience
    for (let pauseMs = 0; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 + 5)) {
      signal.throwIfAborted()
      try {
        const done = await once(look, { signal })
        if (done !== undefined) return done.result
      } catch (error) {
        if (!mayRepeat(error)) throw error
        // The reason of the signal says less than what the cluster said last.
        await sleep(randomInt(pauseMs + 1), undefined, { signal }).catch(() => undefined)
        if (signal.aborted && isAway(error)) throw error
      }
    }
  }

  return {
    where,
    read: async () => {
      using patience = deadline(settings.patienceMs, undefined, tooBusy(where, settings))
      return await fetch(patience)
    },
    change: async (look) => {
      const mine = turn.then(async () => patiently(look))
      turn = mine.catch(() => undefined)
      return mine
    },
  }
}

/** Somebody was faster, or nobody knows what came of the call: look again. */
function mayRepeat(error: unknown): boolean {
  return isSalvageError(error) && (error.code === 'K8S.CONFLICT' || error.code === 'K8S.EXISTS' || isAway(error))
}

function isAway(error: unknown): boolean {
  return isSalvageError(error) && error.retryable && error.code.startsWith('K8S.')
}

function tooBusy(where: string, { area, patienceMs }: MapSettings): SalvageError {
  return new SalvageError(`${area}.BUSY`, `${where} could not be reached or changed within ${String(patienceMs)} ms`, {
    why: 'the API server is away or slow, or other processes write all the time',
    hint: 'try again when it answers',
    retryable: true,
  })
}
