import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { busy, deadline, runIsAlive } from '@salvage-kit/core'
import type { CallOptions, Locks, RunLock } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { lostRun, unsureHolder } from '../lease/lost.ts'
import type { HeldLease } from '../lease/held-lease.ts'
import { isDead } from '../lease/judge.ts'
import { ownLease } from '../lease/own-lease.ts'
import type { Retained } from '../lease/own-lease.ts'
import { sharedMap } from '../map/shared-map.ts'
import type { Change } from '../map/shared-map.ts'
import type { StatePlace } from '../place.ts'
import { checkRunId, heldKeys, recorded, runRecords } from './run-record.ts'
import type { RunRecord } from './run-record.ts'

/** Where the locks are, and how long they outlive their process. */
export interface LockSettings extends StatePlace {
  /** How long a lock stands that is not renewed, in whole seconds. Default: 60, more than the restart of an API server takes. */
  readonly leaseSeconds?: number
  /** Between two renewals, in milliseconds. Default: 5 seconds. */
  readonly renewMs?: number
  /** How long one change may take while the API server is away, in milliseconds. Default: 30 seconds. */
  readonly patienceMs?: number
  /** Told when it takes a while to find out whether another run lives; once for each look. Must not throw. */
  readonly onWait?: (wait: LockWait) => void
}

/** Of whom something is to be heard. */
export interface LockWait {
  readonly runId: string
  readonly host: string
  readonly pid: number
  /** ISO 8601 in UTC. */
  readonly since: string
  /** When nothing is heard for so long, it is dead. */
  readonly atMostMs: number
}

/** Locks whose holder can find out whether he still has them. */
export interface LeaseLocks extends Locks {
  /**
   * Resolves when this process held the run at a moment after the call. Nobody can take it over for some time from then on.
   * Rejects with `LOCK.LOST` when it is not held (any more), with `LOCK.UNSURE` when that cannot be found out.
   */
  prove(runId: string, options: CallOptions): Promise<void>
  /** The lease of this process; undefined while it holds no run. */
  held(): HeldLease | undefined
}

const LEASE_SECONDS = 60
const RENEW_MS = 5000
const PATIENCE_MS = 30_000
const LONGEST_SILENCE_MS = 2000

/** What a look at the table came to: the run is taken, or these must be asked about first. */
type Look = { readonly taken: true } | { readonly taken: false; readonly asked: readonly RunRecord[] }

/**
 * Locks between all pods that use the same namespace and name. A process that holds runs has one Lease, which it renews;
 * which run has which keys stands in the ConfigMap `NAME-locks`, changed by compare and swap, so a run gets all its keys or
 * none. Who does not renew his Lease for as long as it stands is dead: another process frees the Lease first, so that he
 * cannot renew it any more, and then takes his keys. See decisions 108 and 109.
 *
 * Both verbs reject with `LOCK.BUSY` (also when the table cannot be changed in time), `LOCK.RUN_ID`, `LOCK.VERSION`,
 * `LOCK.UNREADABLE`, `LOCK.FULL`, `LOCK.UNSURE` (it cannot be found out whether another run lives) and `K8S.…`. To hear that
 * a run lives takes one renewal of it; to hear that it is dead takes as long as its lease stands.
 */
export function leaseLocks(cluster: Cluster, settings: LockSettings): LeaseLocks {
  const {
    namespace,
    name,
    leaseSeconds = LEASE_SECONDS,
    renewMs = RENEW_MS,
    patienceMs = PATIENCE_MS,
    onWait,
  } = settings
  const place = { namespace, name }
  const durationMs = leaseSeconds * 1000
  const own = ownLease(cluster, place, { seconds: leaseSeconds, renewMs })
  const table = sharedMap(
    cluster,
    { namespace, name: `${name}-locks` },
    { area: 'LOCK', what: 'locks', version: 1, patienceMs },
  )
  const lives = new Map<string, HeldLease>()

  /** Those of them whose process lives. */
  async function living(
    asked: readonly RunRecord[],
    mine: HeldLease,
    options: CallOptions,
  ): Promise<readonly RunRecord[]> {
    const holders = new Map(asked.map((one) => [one.holder, one]))
    const dead = await Promise.all(
      [...holders].map(async ([holder, { lease, runId, host, pid, since }]) => {
        if (holder === mine.holder) return undefined
        const suspect = { at: { namespace, name: lease }, holder, durationMs }
        const tell = (): void => onWait?.({ runId, host, pid, since, atMostMs: durationMs })
        const silence = setTimeout(tell, Math.min(LONGEST_SILENCE_MS, durationMs / 2))
        try {
          return (await isDead(cluster, suspect, options)) ? holder : undefined
        } finally {
          clearTimeout(silence)
        }
      }),
    )
    return asked.filter(({ holder }) => !dead.includes(holder))
  }

  /**
   * Takes the run, with the keys that `decide` gives it, once all whom it asks about are dead; else hands them to `refuse`.
   */
  async function take<Refused>(
    runId: string,
    decide: (records: readonly RunRecord[]) => Decision,
    refuse: (alive: readonly RunRecord[]) => Refused,
  ): Promise<Refused | RunLock> {
    checkRunId(runId)
    using patience = deadline(patienceMs + 4 * durationMs, undefined, unsureHolder(table.where))
    const life = randomUUID()
    const retained = await own.retain(patience)
    const { lease } = retained
    const dead = new Set<string>()
    try {
      for (;;) {
        const look = await table.change((now): Change<Look> => {
          const records = runRecords(now, table.where)
          if (records.some((one) => one.life === life)) return { changes: {}, result: { taken: true } }
          const { concerns, keys, others } = decide(records)
          const asked = concerns.filter(({ holder }) => !dead.has(holder))
          if (asked.length > 0) return { changes: {}, result: { taken: false, asked } }
          const record = { life, lease: lease.at.name, holder: lease.holder, keys, ...thisProcess() }
          return { changes: { ...others, ...recorded(runId, record) }, result: { taken: true } }
        })
        if (look.taken) break
        const alive = await living(look.asked, lease, patience)
        if (alive.length > 0) {
          const refused = refuse(alive)
          await retained[Symbol.asyncDispose]()
          return refused
        }
        for (const { holder } of look.asked) dead.add(holder)
      }
    } catch (error) {
      await retained[Symbol.asyncDispose]()
      throw error
    }
    return runLock(runId, life, retained)
  }

  function runLock(runId: string, life: string, retained: Retained): RunLock {
    let isMine = true
    lives.set(runId, retained.lease)
    return {
      runId,
      lost: retained.lease.lost,
      [Symbol.asyncDispose]: async () => {
        if (!isMine) return
        isMine = false
        lives.delete(runId)
        const { lease } = retained
        // It must not hide how the run ended. What still stands in the table counts for nothing without the lease.
        if (!lease.lost.aborted && lease.safeForMs() > 0) await forget(runId, life).catch(() => undefined)
        await retained[Symbol.asyncDispose]()
      },
    }
  }

  async function forget(runId: string, life: string): Promise<void> {
    await table.change((now) => {
      const isThere = runRecords(now, table.where).some((one) => one.life === life)
      return { changes: isThere ? recorded(runId, undefined) : {}, result: undefined, spare: true }
    })
  }

  return {
    acquire: async (runId, wanted) => {
      const wants = new Set(wanted)
      return take(
        runId,
        (records) => {
          const holders = records.filter((one) => one.runId !== runId && one.keys.some((key) => wants.has(key)))
          const others = holders.map((one) => {
            const keys = one.keys.filter((key) => !wants.has(key))
            return recorded(one.runId, keys.length === 0 ? undefined : { ...one, keys })
          })
          const before = records.filter((one) => one.runId === runId)
          return { concerns: [...before, ...holders], keys: wanted, others: Object.assign({}, ...others) }
        },
        (alive): never => {
          if (alive.some((one) => one.runId === runId)) throw runIsAlive(runId)
          throw busy(
            wanted.flatMap((key) =>
              alive.filter(({ keys }) => keys.includes(key)).flatMap((one) => heldKeys(one, [key])),
            ),
          )
        },
      )
    },
    adopt: async (runId) =>
      take(
        runId,
        (records) => {
          const before = records.filter((one) => one.runId === runId)
          return { concerns: before, keys: before.flatMap(({ keys }) => keys), others: {} }
        },
        () => undefined,
      ),
    prove: async (runId, options) => {
      const lease = lives.get(runId)
      if (lease === undefined) throw lostRun(runId)
      await lease.prove(options)
    },
    held: () => own.held(),
  }
}

/** What a run that is to be taken does to the table. */
interface Decision {
  /** They must be dead. */
  readonly concerns: readonly RunRecord[]
  /** What it gets. */
  readonly keys: readonly string[]
  /** What becomes of the records of others. */
  readonly others: Readonly<Record<string, string | null>>
}

function thisProcess(): Pick<RunRecord, 'host' | 'pid' | 'since'> {
  return { pid: process.pid, host: hostname(), since: new Date().toISOString() }
}
