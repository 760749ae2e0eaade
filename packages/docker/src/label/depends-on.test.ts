import { expect, test } from 'vitest'
import { dependsOn, isOfService } from './depends-on.ts'

test.each([
  [undefined, []],
  ['', []],
  ['db', [{ service: 'db', healthy: false }]],
  [
    'db:service_healthy:false, cache:service_started:true,job:service_completed_successfully:false',
    [
      { service: 'db', healthy: true },
      { service: 'cache', healthy: false },
      { service: 'job', healthy: false },
    ],
  ],
])('depends_on %j', (text, services) => {
  expect(dependsOn(text === undefined ? {} : { 'com.docker.compose.depends_on': text })).toEqual(services)
})

test.each([
  [{ 'com.docker.compose.project': 'p', 'com.docker.compose.service': 'db' }, true],
  [{ 'com.docker.compose.project': 'q', 'com.docker.compose.service': 'db' }, false],
  [{ 'com.docker.compose.service': 'db' }, false],
  [
    { 'com.docker.compose.project': 'p', 'com.docker.compose.service': 'db', 'com.docker.compose.oneoff': 'True' },
    false,
  ],
])('%j is of service db of p: %s', (labels, answer) => {
  expect(isOfService(labels, 'p', 'db')).toBe(answer)
})
