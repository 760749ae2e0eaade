/** How claims are exchanged. */
export interface ExchangeSettings {
  /** The VolumeSnapshotClass of the cuts; absent: the default one of the driver. */
  readonly class?: string
  /** How long a pod that is about to end may still have the claim, in milliseconds. Default: one minute. */
  readonly unusedMs?: number
  /** How long a removal may wait for others, in milliseconds. Default: one minute. */
  readonly goneMs?: number
  /** How long a claim beside, made to see whether it can be, may take, in milliseconds. Default: six hours. */
  readonly fillMs?: number
  /** How long the cuts stay for a claim that waits for its pod, before they are left to a sweep, in milliseconds. Default: one minute. */
  readonly boundMs?: number
}

/** The settings with what holds where nothing is said. */
export type WholeSettings = Required<Omit<ExchangeSettings, 'class'>>

const MINUTE_MS = 60_000

/** Fills in what is not said. */
export function wholeSettings({ unusedMs, goneMs, fillMs, boundMs }: ExchangeSettings): WholeSettings {
  return {
    unusedMs: unusedMs ?? MINUTE_MS,
    goneMs: goneMs ?? MINUTE_MS,
    fillMs: fillMs ?? 360 * MINUTE_MS,
    boundMs: boundMs ?? MINUTE_MS,
  }
}
