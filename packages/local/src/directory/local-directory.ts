import type { HookSettings } from '../hook/hook-settings.ts'

/** A directory of this machine that is worth backing up. */
export interface LocalDirectory {
  /** Absolute and normalised, see `normaliseDirectory`; the target is `dir:PATH`. */
  readonly path: string
  /** The commands around a copy of it. */
  readonly hooks?: HookSettings
}
