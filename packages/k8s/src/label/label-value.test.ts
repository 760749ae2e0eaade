import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { birthMarks } from './birth.ts'
import { isLabelValue, labelValue } from './label-value.ts'

const name = fc
  .stringMatching(/^[a-z0-9]([-a-z0-9]{0,120}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?)?$/)
  .filter((text) => text.length <= 253)

test('12: every name of an object has a value for its label; short ones are their own', () => {
  fc.assert(
    fc.property(name, (text) => {
      expect(isLabelValue(labelValue(text))).toBe(true)
      if (text.length <= 63) expect(labelValue(text)).toBe(text)
    }),
  )
})

test('12: names that differ at their end only have different values', () => {
  const long = 'x'.repeat(69)
  expect(labelValue(`${long}a`)).not.toBe(labelValue(`${long}b`))
  expect(labelValue(`${long}a`)).toHaveLength(63)
  expect(labelValue(`${'x'.repeat(49)}--${'y'.repeat(30)}`)).toMatch(/^x{49}-[0-9a-f]{12}$/)
})

test('12: the whole name of a claim of 70 characters stands in an annotation', () => {
  const pvc = `p${'v'.repeat(68)}c`
  const { labels, annotations } = birthMarks({ pvc, type: 'cronjob', retain: { by: 'tiers' }, day: '2026-11-21' })
  expect(labels['backup-ns.sh/pvc']).toBe(labelValue(pvc))
  expect(annotations).toEqual({ 'salvage-kit.io/pvc': pvc })
})

test('1: what an ad hoc snapshot is made with', () => {
  const marks = birthMarks({
    pvc: 'data',
    type: 'adhoc',
    pod: '',
    retain: { by: 'days', days: 30 },
    day: '2022-05-21',
    envConfig: "BAK_DB_SKIP='true'",
  })
  expect(marks).toEqual({
    labels: {
      'backup-ns.sh/pvc': 'data',
      'backup-ns.sh/type': 'adhoc',
      'backup-ns.sh/retain': 'days',
      'backup-ns.sh/retain-days': '30',
      'backup-ns.sh/delete-after': '2022-06-20',
    },
    annotations: { 'backup-ns.sh/env-config': "BAK_DB_SKIP='true'" },
  })
})

test('D1: one that is to be kept by tiers is seen by no pruner of backup-ns before it is ready', () => {
  const { labels } = birthMarks({ pvc: 'data', type: 'cronjob', pod: 'p', retain: { by: 'tiers' }, day: '2026-11-21' })
  expect(labels).toEqual({
    'backup-ns.sh/pvc': 'data',
    'backup-ns.sh/type': 'cronjob',
    'backup-ns.sh/pod': 'p',
    'salvage-kit.io/retain': 'daily_weekly_monthly',
    'salvage-kit.io/tier-day': '2026-11-21',
  })
})

test.each(['', 'a', 'A_b.c-1', 'x'.repeat(63)])('%j is a value of a label', (text) => {
  expect(isLabelValue(text)).toBe(true)
})

test.each([' ', 'a b', '-a', 'a-', 'ä', 'x'.repeat(64), 'a/b'])('%j is none', (text) => {
  expect(isLabelValue(text)).toBe(false)
})
