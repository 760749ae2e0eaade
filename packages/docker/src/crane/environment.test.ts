import { expect, test } from 'vitest'
import { vesselEnvironment } from './environment.ts'

test('the four variables of the contract win over settings of the same name', () => {
  const env = { SALVAGE_MACHINE_NAME: 'mine', SALVAGE_TIDE_TIMESTAMP: '0', 'odd.name': 'a=b\nc' }
  const at = '2026-11-21T08:00:00.999Z'
  expect(vesselEnvironment(env, { at, machine: '' }, 'borg', 'p1_data').toSorted()).toEqual([
    'SALVAGE_CRANE_NAME=borg',
    'SALVAGE_MACHINE_NAME=',
    'SALVAGE_TIDE_TIMESTAMP=1795248000',
    'SALVAGE_VOLUME_NAME=p1_data',
    'odd.name=a=b\nc',
  ])
})
