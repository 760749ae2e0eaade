import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isHostName } from './host-name.ts'
import { formatSnapshotName, isSnapshotName, parseSnapshotName } from './snapshot-name.ts'
import { isVolumeName, volumeName } from './volume-name.ts'

const sign = fc.constantFrom(...'aZ09._-:,+@\n /é\0'.split(''))
const text = fc.oneof(
  fc.array(sign, { maxLength: 12 }).map((signs) => signs.join('')),
  fc.constantFrom('v', 'v.w', '..', 'a..b', '2026-11-21T01:07:04.059893', 'x'.repeat(228), 'x'.repeat(229)),
)

/** Rule by rule, as the parts have them. */
function isMadeOfGoodParts(name: string): boolean {
  const [volume = '', time = '', host, ...more] = name.split('@')
  const isTime = /^[A-Za-z0-9_][A-Za-z0-9:.,_+-]*$/.test(time) && !time.includes('..')
  return isVolumeName(volume) && isTime && (host === undefined || isHostName(host)) && more.length === 0
}

test('a name is one of a snapshot when its parts are good, whatever else lies there', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (parts) => {
      const name = parts.join('@')
      expect(isSnapshotName(name)).toBe(isMadeOfGoodParts(name))
      const parsed = parseSnapshotName(name)
      expect(parsed === undefined ? undefined : formatSnapshotName(parsed)).toBe(
        isSnapshotName(name) ? name : undefined,
      )
    }),
    { numRuns: 2000 },
  )
})

function isRefused(name: string): boolean {
  try {
    return volumeName(name) !== name
  } catch {
    return true
  }
}

test('the one look at the name of a volume and the rules one by one agree', () => {
  fc.assert(
    fc.property(text, (name) => {
      expect(isVolumeName(name)).toBe(!isRefused(name))
    }),
    { numRuns: 2000 },
  )
})
