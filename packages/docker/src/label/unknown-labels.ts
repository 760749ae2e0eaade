import { didYouMean } from '@salvage-kit/core'
import type { Problem } from '@salvage-kit/core'
import { ALL_KEYS, CRANES_PREFIX, PREFIX, ROOT, TIDE_PREFIX, TIDES_PREFIX } from './keys.ts'
import type { Carrier } from './tide-labels.ts'
import { tideOf } from './tide-labels.ts'

/** A warning for each `salvage.…` label that means nothing where it stands. */
export function unknownLabels({ name, labels }: Carrier): readonly Problem[] {
  return Object.keys(labels)
    .filter((key) => key.startsWith(PREFIX) && !ALL_KEYS.includes(key) && tideOf(key) === undefined)
    .flatMap((key): readonly Problem[] => {
      const where = `container ${name}, label ${key}`
      if (key.startsWith(TIDES_PREFIX) || key.startsWith(CRANES_PREFIX)) {
        // What stands on the root container is read, and judged, with the root labels.
        if (labels[ROOT] !== undefined) return []
        return [
          {
            code: 'LABEL.NOT_ROOT',
            message: `${where}: it has no effect on this container`,
            why: `tides and cranes are defined on the container with the label ${ROOT}`,
            hint: `move it there, or write ${TIDE_PREFIX}NAME=VOLUME to add volumes to a tide`,
          },
        ]
      }
      return [
        {
          code: 'LABEL.UNKNOWN',
          message: `${where}: it means nothing`,
          hint: didYouMean(key, [...ALL_KEYS, ...tideKeys(key)]) ?? `the labels are ${ALL_KEYS.join(', ')}`,
        },
      ]
    })
}

/** The key of a tide that a misspelt one may stand for. */
function tideKeys(key: string): readonly string[] {
  const name = key.split('.').at(-1) ?? ''
  return name === '' ? [] : [`${TIDE_PREFIX}${name}`]
}
