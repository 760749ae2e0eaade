import { expect, test } from 'vitest'
import { parseQuota } from './quota.ts'
import { parseUsage } from './usage.ts'

test('reads what `btrfs filesystem du` says', () => {
  const text = [
    '     Total   Exclusive  Set shared  Filename',
    '   8388608     3145728     5242880  /v/a b',
    '         0           0           -  /v/c',
    '',
  ].join('\n')
  expect(parseUsage(text)).toEqual([
    { total: 8_388_608, exclusive: 3_145_728 },
    { total: 0, exclusive: 0 },
  ])
})

test('reads what `btrfs qgroup show` says of one directory', () => {
  const text = [
    'Qgroupid    Referenced    Exclusive  Max referenced  Max exclusive   Path ',
    '--------    ----------    ---------  --------------  -------------   ---- ',
    '0/5              16384        16384            none           none   <toplevel>',
    '0/256          8404992      3162112         5000000           none   volumes/a',
    '0/257          5259264        16384            none           none   volumes/b',
    '0/258          5259264        16384            none           none   snapshots/a@1',
  ].join('\n')
  expect(parseQuota(text, 'volumes')).toEqual(
    new Map([
      ['a', { total: 8_404_992, exclusive: 3_162_112, limit: 5_000_000 }],
      ['b', { total: 5_259_264, exclusive: 16_384 }],
    ]),
  )
  expect(parseQuota("ERROR: can't list qgroups: quotas not enabled", 'volumes')).toEqual(new Map())
})
