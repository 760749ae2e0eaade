import { closest } from '@salvage-kit/core'
import type { Problem } from '@salvage-kit/core'
import {
  ALL_KEYS,
  CRANES_PREFIX,
  DUMP,
  DUMP_PREFIX,
  IMAGE_KEYS,
  PREFIX,
  ROOT,
  TIDE_PREFIX,
  TIDES_PREFIX,
} from './keys.ts'
import { dumpRef } from './dump-ref.ts'
import { craneKey } from './tide-cranes.ts'
import { tideOf } from './tide-labels.ts'
import type { Carrier } from './volume-item.ts'

const CRANE_FORM = `${TIDE_PREFIX}NAME.crane.VOLUME`

/** A warning for each `salvage.…` label that means nothing where it stands. */
export function unknownLabels({ name, labels }: Carrier): readonly Problem[] {
  return Object.keys(labels)
    .filter((key) => key.startsWith(PREFIX) && !isKnown(key))
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
      const hint = suggestion(key)
      return [
        {
          code: 'LABEL.UNKNOWN',
          message: `${where}: it means nothing`,
          ...(hint?.includes(DUMP) === true ? { about: dumpRef({ name, labels }) } : {}),
          hint: hint ?? `the labels are ${[...ALL_KEYS, `${TIDE_PREFIX}NAME`, CRANE_FORM].join(', ')}`,
        },
      ]
    })
}

/** Keys of dumps are judged where the kind of database is known. */
function isKnown(key: string): boolean {
  if (key.startsWith(DUMP_PREFIX)) return true
  return IMAGE_KEYS.includes(key) || ALL_KEYS.includes(key) || tideOf(key) !== undefined || craneKey(key) !== undefined
}

/** What a key may stand for; compared segment by segment, since what all keys share would make all of them near. */
function suggestion(key: string): string | undefined {
  const [, first = '', ...rest] = key.split('.')
  if (first === 'crane' && rest.length > 1) return meant(`${CRANES_PREFIX}${rest.join('.')}`)
  const heads = new Set([...ALL_KEYS, TIDE_PREFIX].map((known) => known.split('.')[1] ?? ''))
  const head = closest(first, [...heads])
  if (head === undefined) return undefined
  const under = `${PREFIX}${head}`
  if (`${under}.` === TIDE_PREFIX) return ofTide(rest)
  if (rest.length === 0) return ALL_KEYS.includes(under) ? meant(under) : undefined
  const tails = ALL_KEYS.filter((known) => known.startsWith(`${under}.`)).map((known) => known.slice(under.length + 1))
  const tail = closest(rest.join('.'), tails)
  return tail === undefined ? undefined : meant(`${under}.${tail}`)
}

function ofTide([tide = '', crane = '', ...item]: readonly string[]): string | undefined {
  if (tide === '') return undefined
  if (crane === '') return meant(`${TIDE_PREFIX}${tide}`)
  if (closest(crane, ['crane']) === undefined) return undefined
  return meant(`${TIDE_PREFIX}${[tide, 'crane', ...(item.length === 0 ? ['VOLUME'] : item)].join('.')}`)
}

function meant(key: string): string {
  return `did you mean ${JSON.stringify(key)}?`
}
