import { describe, expect, test } from 'vitest'
import { changeOf } from '../../src/discovery/watch.ts'
import type { Pod } from '../../src/workload/pod.ts'
import { podOf } from '../../src/workload/pod.ts'

/** A pod with one container of this id that runs, or with none that does. */
function pod(containerID: string | undefined, phase = 'Running', restartCount = 0): Pod {
  return podOf({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-0', namespace: 'shop', uid: 'u', resourceVersion: '1' },
    spec: { containers: [{ name: 'main' }] },
    status: {
      phase,
      containerStatuses:
        containerID === undefined
          ? []
          : [{ name: 'main', containerID, restartCount, state: { running: { startedAt: 'x' } } }],
    },
  })
}

describe('what a watch tells of a pod', () => {
  test.each([
    ['made', 'ADDED', undefined, pod(undefined, 'Pending'), 'rising added'],
    ['made and met later', 'MODIFIED', undefined, pod('a'), 'rising added'],
    ['its container runs', 'MODIFIED', pod(undefined, 'Pending'), pod('a'), 'rising started'],
    ['another container runs', 'MODIFIED', pod('a'), pod('b'), 'rising started'],
    ['restarted', 'MODIFIED', pod('a'), pod('b', 'Running', 1), 'rising restarted'],
    ['nothing new', 'MODIFIED', pod('a'), pod('a'), undefined],
    ['no container runs', 'MODIFIED', pod('a'), pod(undefined), 'falling stopped'],
    ['ended', 'MODIFIED', pod('a'), pod(undefined, 'Succeeded'), 'falling ended'],
    ['ended before', 'MODIFIED', pod(undefined, 'Failed'), pod(undefined, 'Failed'), undefined],
    ['removed', 'DELETED', pod('a'), pod('a'), 'falling removed'],
  ] as const)('%s', (_, type, before, now, told) => {
    const what = changeOf(type, before, now)
    expect(what === undefined ? undefined : `${what.type} ${what.what}`).toBe(told)
  })
})
