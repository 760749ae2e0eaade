import { join } from 'node:path'
import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Problem, TargetRef } from '@salvage-kit/core'
import { layout, openRancher } from '@salvage-kit/rancher'
import type { RancherItem } from '@salvage-kit/rancher'
import { cattleOptions } from '../cattle/options.ts'
import type { LoadedConfig } from '../config/load-config.ts'

/** What would be dumped, and why other things would not. */
export interface RancherBackupSurvey {
  readonly items: readonly (Pick<RancherItem, 'kind' | 'ref'> & { readonly folder: string })[]
  readonly problems: readonly Problem[]
}

/** Asks Rancher and changes nothing. Rejects with what the files of the configuration are rejected with. */
export async function surveyRancherBackup(loaded: LoadedConfig, { signal }: CallOptions): Promise<RancherBackupSurvey> {
  const { cattle } = loaded.config
  if (cattle?.into === undefined) return { items: [], problems: [] }
  await using closing = new AsyncDisposableStack()
  const { items, problems } = await openRancher(await cattleOptions(loaded, closing)).survey({ signal })
  const { into } = cattle
  const placed = items.map((item) => place(item, () => join(into, ...layout(item))))
  return {
    items: placed.filter((one) => 'folder' in one),
    problems: [...problems, ...placed.filter((one) => 'code' in one)],
  }
}

function place(item: RancherItem, folder: () => string): RancherBackupSurvey['items'][number] | Problem {
  const { ref, kind } = item
  const target: TargetRef = ref
  try {
    return { ref, kind, folder: folder() }
  } catch (error) {
    if (!isSalvageError(error)) throw error
    return { ...findingOf(error), target }
  }
}
