import { parseReference } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'
import { isVolumeName } from '../name/volume-name.ts'
import { dockerRef } from './place.ts'

/** A volume is Docker's, too, under the same name: a run of either keeps one of the other out. */
export function alsoLocked(target: TargetRef): readonly TargetRef[] {
  const { scheme, value } = parseReference(target)
  return scheme === 'btrfs' && isVolumeName(value) ? [dockerRef(value)] : []
}
