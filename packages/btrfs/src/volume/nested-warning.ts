import { setImmediate as immediate } from 'node:timers/promises'
import { deadline } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { holdsSubvolumes } from '../subvolume/nested-subvolume.ts'

/** To list what stands in a volume takes the longer the more snapshots there are on the file system. */
const LIST_MS = 60_000

/** What a verb that cuts a volume takes. */
export interface CutOptions extends CallOptions {
  /** Gets the findings when they are known, which may be after the verb has resolved; what it resolves with has none then. */
  readonly onFindings?: ((findings: readonly Finding[]) => void) | undefined
}

/**
 * Cuts a volume with `cut`, and says what is not in it. Rejects as `cut` does.
 */
export async function cutWithWarning<T>(
  { path, volume }: { readonly path: string; readonly volume: string },
  { signal, onFindings }: CutOptions,
  cut: () => Promise<T>,
): Promise<{ readonly result: T; readonly findings: readonly Finding[] }> {
  if (onFindings === undefined) {
    const warning = nestedWarning(path, volume, { signal })
    return { result: await cut(), findings: await warning }
  }
  const result = await cut()
  void warnLater(path, volume, onFindings)
  return { result, findings: [] }
}

/** Whoever asked for the cut has their answer, and their signal is of the past. */
async function warnLater(path: string, volume: string, told: (findings: readonly Finding[]) => void): Promise<void> {
  // Their answer is not to wait for this to be begun.
  await immediate()
  using limit = deadline(LIST_MS)
  const findings = await nestedWarning(path, volume, { signal: limit.signal })
  if (findings.length > 0) told(findings)
}

/** `VOLUME.NESTED_LEFT_OUT` when a cut of the volume is not all of it. Never rejects: it goes on beside the cut. */
async function nestedWarning(path: string, volume: string, options: CallOptions): Promise<readonly Finding[]> {
  try {
    if (!(await holdsSubvolumes(path, options))) return []
  } catch {
    // What keeps this from being read keeps the cut from being made, and that one tells.
    return []
  }
  return [
    {
      code: 'VOLUME.NESTED_LEFT_OUT',
      message: `volume ${JSON.stringify(volume)} holds other subvolumes, which are not in the copy`,
      why: 'BTRFS cuts one subvolume at a time; in the copy stands an empty directory in place of each',
      hint: 'list them with `btrfs subvolume list -o`; make plain directories of them if they belong to the volume',
    },
  ]
}
