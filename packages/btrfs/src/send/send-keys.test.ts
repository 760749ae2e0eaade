import { expect, test } from 'vitest'
import { sendKeys } from './send-keys.ts'

test('two snapshots of a volume may be sent to one host at once, one snapshot may not be sent twice', () => {
  const keys = sendKeys('v@1', 'h')
  expect(sendKeys('v@2', 'h').filter((key) => keys.includes(key))).toEqual([])
  expect(sendKeys('v@1', 'i').some((key) => keys.includes(key))).toBe(true)
  expect(keys).toContain('btrfs:v@1')
  expect(keys).not.toContain('btrfs:v')
})
