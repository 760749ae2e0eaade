import { SalvageError } from '@salvage-kit/core'
import type { Store } from '@salvage-kit/core'
import { templateProblem } from '../bak/name-template.ts'
import { storeSettings } from './store-schema.ts'
import type { StoreSettings } from './store-schema.ts'

/** What a snapshotter needs to know. */
export interface CsiSettings {
  /** Where kept snapshots are looked for. */
  readonly namespaces: readonly string[]
  /** The VolumeSnapshotClass of cuts for which the store names none; absent: the default one of the driver. */
  readonly class?: string
  /**
   * The VolumeGroupSnapshotClass of claims that are cut at one instant; `false`: each claim is cut for itself. Absent: the
   * default one of the driver, where classes may be seen.
   */
  readonly groupClass?: string | false
  /** How long a cut may take, in milliseconds. Default: one minute. */
  readonly cutMs?: number
  /** How long a snapshot may take to become ready, in milliseconds. Default: six hours: some drivers upload. */
  readonly readyMs?: number
  /** How long an error of the driver must stand to be believed, in milliseconds: it tries again by itself. Default: 5 s. */
  readonly errorMs?: number
  /** How long a removal may wait for others, in milliseconds. Default: one minute. */
  readonly goneMs?: number
}

/** Thousands of claims are looked at for the same store. */
const known = new WeakMap<Store, StoreSettings>()

/** What stands in the settings of a store. Throws `CSI.STORE`. */
export function readStore(store: Store): StoreSettings {
  const settings = known.get(store) ?? checked(store)
  known.set(store, settings)
  return settings
}

function checked({ ref, settings }: Store): StoreSettings {
  const read = storeSettings.safeParse(settings)
  const zone = read.success ? zoneProblem(read.data.zone) : undefined
  const name = read.data?.name === undefined ? undefined : templateProblem(read.data.name)
  if (read.success && zone === undefined && name === undefined) return read.data
  const why = read.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  throw new SalvageError('CSI.STORE', `the settings of ${ref} cannot be used`, {
    why: why ?? zone ?? name ?? '',
    untouched: true,
  })
}

function zoneProblem(zone: string): string | undefined {
  try {
    Intl.DateTimeFormat('en', { timeZone: zone })
    return undefined
  } catch {
    return `${zone} is no time zone`
  }
}
