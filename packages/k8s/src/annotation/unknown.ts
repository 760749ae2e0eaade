import { didYouMean } from '@salvage-kit/core'
import type { Problem } from '@salvage-kit/core'
import { OWN } from '../label/key.ts'
import type { Metadata } from '../resource/resource.ts'
import { CUT } from '../snapshot/key.ts'
import type { Annotations } from './key.ts'
import { DUMP_PREFIX, K8UP, K8UP_COMMAND, PREFIX } from './key.ts'

/** Keys that this program writes on claims and workloads itself. */
const WRITTEN: ReadonlySet<string> = new Set([...Object.values(CUT), ...Object.values(OWN), `${PREFIX}request`])

/**
 * A warning for each annotation of ours that means nothing where it stands, for each that stands among the labels, and for
 * what K8up would read: `ANNOTATION.UNKNOWN`, `ANNOTATION.LABEL`, `ANNOTATION.K8UP`.
 */
export function unknownKeys(
  { annotations = {}, labels = {} }: Pick<Metadata, 'labels'> & { readonly annotations?: Annotations },
  where: string,
  known: readonly string[],
): readonly Problem[] {
  const dumps = known.some((key) => DUMP_PREFIX.startsWith(key))
  const isKnown = (key: string): boolean =>
    known.includes(key) || WRITTEN.has(key) || (dumps && key.startsWith(DUMP_PREFIX))
  const unknown = Object.keys(annotations)
    .filter((key) => key.startsWith(PREFIX) && !isKnown(key))
    .map((key) => ({
      code: 'ANNOTATION.UNKNOWN',
      message: `${where}, annotation ${key}: it means nothing here`,
      hint: suggestion(key, known) ?? `the annotations are ${known.join(', ')}`,
    }))
  const labelled = Object.keys(labels)
    .filter((key) => known.includes(key))
    .map((key) => ({
      code: 'ANNOTATION.LABEL',
      message: `${where}, label ${key}: it has no effect`,
      hint: 'write it as an annotation',
    }))
  return [...unknown, ...labelled, ...ofK8up(annotations, where)]
}

/** Compared without the prefix, which would make all of them near. */
function suggestion(key: string, known: readonly string[]): string | undefined {
  const near = didYouMean(
    key.slice(PREFIX.length),
    known.map((one) => one.slice(PREFIX.length)),
  )
  return near?.replace('"', `"${PREFIX}`)
}

function ofK8up(annotations: Annotations, where: string): readonly Problem[] {
  return Object.keys(annotations)
    .filter((key) => key.startsWith(K8UP))
    .map((key) => ({
      code: 'ANNOTATION.K8UP',
      message: `${where}, annotation ${key}: it is not followed`,
      hint:
        key === K8UP_COMMAND
          ? `write ${PREFIX}dump: postgres (or mysql, mariadb), or ${PREFIX}pre and ${PREFIX}post for a command around the snapshot`
          : `write ${PREFIX}tides or ${PREFIX}exclude`,
    }))
}
