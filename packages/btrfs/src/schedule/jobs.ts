import type { CallOptions } from '@salvage-kit/core'

/** What {@link ScheduleJobs.replicate} takes. */
export interface ReplicateOptions extends CallOptions {
  /** A snapshot that an earlier attempt took and could not send. */
  readonly waiting?: string
  /** Says that a snapshot was taken for this, before it is sent. */
  readonly taken: (snapshot: string) => void
}

/** What the scheduler calls. Each rejects when it was not done. */
export interface ScheduleJobs {
  snapshot(volume: string, options: CallOptions): Promise<unknown>
  replicate(volume: string, host: string, options: ReplicateOptions): Promise<unknown>
  /** `pattern` as in `parsePattern`. */
  purge(volume: string, pattern: string, options: CallOptions): Promise<unknown>
  /** Takes a snapshot first. */
  synchronize(volume: string, hosts: readonly string[], options: CallOptions): Promise<unknown>
}

/** What {@link replicateWith} is made of. */
export interface ReplicateParts {
  /** Resolves with the name of a new snapshot. */
  readonly snapshot: (volume: string, options: CallOptions) => Promise<string>
  readonly send: (host: string, snapshot: string, options: CallOptions) => Promise<unknown>
  /** Whether a snapshot is there. */
  readonly exists: (snapshot: string) => Promise<boolean>
}

/** A replication: a new snapshot is taken and sent, or one that waits to be sent, so that they do not pile up. */
export function replicateWith({ snapshot, send, exists }: ReplicateParts): ScheduleJobs['replicate'] {
  return async (volume, host, { signal, waiting, taken }) => {
    signal.throwIfAborted()
    if (waiting !== undefined && (await exists(waiting))) {
      await send(host, waiting, { signal })
      return
    }
    const name = await snapshot(volume, { signal })
    taken(name)
    await send(host, name, { signal })
  }
}
