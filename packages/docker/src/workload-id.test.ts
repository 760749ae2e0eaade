import { expect, test } from 'vitest'
import { identityOf, parseWorkloadId, workloadId } from './workload-id.ts'

const compose = (service: string, number: string, oneoff = 'False'): Record<string, string> => ({
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': service,
  'com.docker.compose.container-number': number,
  'com.docker.compose.oneoff': oneoff,
})

const task = (more: Record<string, string> = {}): Record<string, string> => ({
  'com.docker.swarm.task.id': 'x1',
  'com.docker.swarm.service.name': 'web',
  ...more,
})

test.each([
  ['a task of a swarm', task(), 'docker:service:web'],
  ['one that is to be stopped', task({ 'salvage.action': 'stop' }), 'docker:service:web'],
  ['one that is to be paused', task({ 'salvage.action': 'pause' }), 'docker:shop-db-run-1'],
  ['one with a command', task({ 'salvage.command.pre': 'sync' }), 'docker:shop-db-run-1'],
  ['a service of compose', compose('db', '2'), 'docker:shop/db/2'],
  ['docker compose run', compose('db', '1', 'True'), 'docker:shop-db-run-1'],
  ['a project alone', { 'com.docker.compose.project': 'shop' }, 'docker:shop-db-run-1'],
  ['a service that would break the form', compose('a/b', '1'), 'docker:shop-db-run-1'],
  ['no labels', {}, 'docker:shop-db-run-1'],
])('%s', (_, labels, id) => {
  const identity = identityOf(labels, 'shop-db-run-1')
  expect(workloadId(identity)).toBe(id)
  expect(parseWorkloadId(id)).toEqual(identity)
})

test.each(['docker:', 'dir:a', 'docker:a/b', 'docker:a/b/c/d', 'docker:a//c'])('%s is none', (id) => {
  expect(parseWorkloadId(id)).toBeUndefined()
})
