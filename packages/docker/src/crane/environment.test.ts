import { expect, test } from 'vitest'
import { craneStore } from './container-crane.ts'
import { liftVessel } from './vessel-labels.ts'
import { vesselSpec } from './vessel-spec.ts'
import { liftWork } from './work.ts'

test('the four variables of the contract win over settings of the same name', () => {
  const env = { SALVAGE_MACHINE_NAME: 'mine', SALVAGE_TIDE_TIMESTAMP: '0', 'odd.name': 'a=b\nc' }
  const settings = { image: 'borg', pull: 'never', env, mounts: {} } as const
  const at = '2026-11-21T08:00:00.999Z'
  const ref = { id: 'l', runId: 'r', target: 'docker:p1_data', at, machine: '', store: craneStore('borg') } as const
  const source = { medium: 'docker-volume', name: 'p1_data' } as const
  const spec = vesselSpec(liftWork(liftVessel(ref), { name: 'borg', settings }, ref, source), settings)
  expect(spec.env.toSorted()).toEqual([
    'SALVAGE_CRANE_NAME=borg',
    'SALVAGE_MACHINE_NAME=',
    'SALVAGE_TIDE_TIMESTAMP=1795248000',
    'SALVAGE_VOLUME_NAME=p1_data',
    'odd.name=a=b\nc',
  ])
})
