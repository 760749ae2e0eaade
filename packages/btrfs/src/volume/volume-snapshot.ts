/** One entry among the snapshots that has the form of a snapshot's name. */
export interface VolumeSnapshot {
  /** `VOLUME@TIME`, of a marker `VOLUME@TIME@HOST`. */
  readonly name: string
  readonly volume: string
  /** As it stands in the name. */
  readonly time: string
  /** Of a marker. */
  readonly host?: string
  /**
   * - `snapshot`: somebody took it, or it was received whole.
   * - `safety`: what a volume held before a restore.
   * - `marker`: the snapshot of the same time was the last one that was sent to `host`.
   * - `undated`: whole, with a time in its name that is none of this format.
   * - `unfinished`: can be written, so it is half received, or a person's own; never restored from.
   */
  readonly kind: 'snapshot' | 'safety' | 'marker' | 'undated' | 'unfinished'
  /** What the name says, to the millisecond. */
  readonly date?: Date
  /** Of subvolumes; a plain directory with such a name is `unfinished` and has none. */
  readonly uuid?: string
  readonly parentUuid?: string
  /** Set when it came from another file system. */
  readonly receivedUuid?: string
  /** Grows from snapshot to snapshot of one file system, whatever the clock does. */
  readonly generation?: number
}
