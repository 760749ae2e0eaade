import type { Json } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import type { Resource } from '../resource/resource.ts'
import { stateOf } from './pod-state.ts'

function pod(status: Json, deletionTimestamp?: string): Resource {
  const metadata = { name: 'p', namespace: 'ns', ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) }
  return { apiVersion: 'v1', kind: 'Pod', metadata, status }
}
const crane = (state: Json, phase = 'Pending'): Json => ({ phase, containerStatuses: [{ name: 'crane', state }] })
const ended = (exitCode: number, reason = 'Completed'): Json => ({ terminated: { exitCode, reason } })

test.each([
  ['nothing is known', {}, 'JOB.NOT_STARTED', false],
  ['containers are made', crane({ waiting: { reason: 'ContainerCreating' } }), 'JOB.NOT_STARTED', false],
  ['an image is not pulled', crane({ waiting: { reason: 'ImagePullBackOff' } }), 'CRANE.IMAGE_MISSING', false],
  ['an image never comes', crane({ waiting: { reason: 'ErrImageNeverPull' } }), 'CRANE.IMAGE_MISSING', true],
  ['its name is wrong', crane({ waiting: { reason: 'InvalidImageName' } }), 'CRANE.IMAGE_MISSING', true],
  [
    'a registry has no such image',
    crane({ waiting: { reason: 'ErrImagePull', message: 'code = NotFound: not found' } }),
    'CRANE.IMAGE_MISSING',
    true,
  ],
  ['Secrets are not read yet', crane({ waiting: { reason: 'CreateContainerConfigError' } }), 'CRANE.SECRET', false],
  [
    'a Secret is missing',
    crane({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "keys" not found' } }),
    'CRANE.SECRET',
    true,
  ],
  [
    'an image of version 2 has no shell',
    { initContainerStatuses: [{ name: 'teller', state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
    'CRANE.START',
    true,
  ],
  ['a program is missing', crane(ended(128, 'StartError'), 'Failed'), 'CRANE.START', true],
  [
    'no node fits',
    { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1' }] },
    'JOB.UNSCHEDULABLE',
    false,
  ],
])('waits when %s', (_name, status, code, hopeless) => {
  expect(stateOf(pod(status))).toMatchObject({ is: 'waiting', code, hopeless })
})

test('runs until the crane has ended', () => {
  expect(stateOf(pod(crane({ running: {} }, 'Running')))).toEqual({ is: 'running' })
})

test('has ended when both containers have, before the cluster says so of the pod', () => {
  const told = (state: Json): Json => ({
    phase: 'Running',
    containerStatuses: [{ name: 'crane', state: ended(3) }],
    initContainerStatuses: [{ name: 'teller', state }],
  })
  expect(stateOf(pod(told({ running: {} })))).toEqual({ is: 'running' })
  expect(stateOf(pod(told(ended(0))))).toEqual({ is: 'ended', end: { exitCode: 3, outOfMemory: false } })
})

test('ends with the exit code of the crane', () => {
  const end = { exitCode: 3, outOfMemory: false }
  expect(stateOf(pod(crane(ended(3, 'Error'), 'Failed')))).toEqual({ is: 'ended', end })
  expect(stateOf(pod(crane(ended(0), 'Succeeded')))).toEqual({ is: 'ended', end: { ...end, exitCode: 0 } })
  expect(stateOf(pod(crane(ended(137, 'OOMKilled'), 'Failed')))).toMatchObject({ end: { outOfMemory: true } })
})

test.each([
  ['it is removed while it runs', pod(crane({ running: {} }, 'Running'), '2026-01-01T00:00:00Z')],
  ['it is removed, and its crane ends with 0', pod(crane(ended(0), 'Succeeded'), '2026-01-01T00:00:00Z')],
  ['it is evicted', pod({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' })],
  [
    'its node is drained',
    pod({ phase: 'Running', conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'Eviction' }] }),
  ],
  ['its end is not known', pod({ phase: 'Failed' })],
])('was taken away when %s', (_name, one) => {
  expect(stateOf(one)).toMatchObject({ is: 'ended', end: { endedBy: expect.any(String) } })
})
