import type { Rig } from '../rig.ts'
import type { TargetRef } from '../target/reference.ts'

/** What is locked for targets: the targets, and the other names that runs may have for them. */
export function targetKeys({ backends }: Pick<Rig, 'backends'>, targets: readonly TargetRef[]): readonly string[] {
  return targets.flatMap((target) => [target, ...backends.flatMap((backend) => backend.alsoLocked?.(target) ?? [])])
}
