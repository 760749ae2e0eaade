import { expect, test } from 'vitest'
import { isWritten, withWriters } from './writers.ts'

const directory = (path: string) => ({ medium: 'directory', path }) as const

test.each([
  ['/srv/app', '/srv/app', true],
  ['/srv/app', '/srv/app/data', true],
  ['/srv/app', '/srv', true],
  ['/srv/app', '/srv/apple', false],
  ['/srv/app', '/srv/ap', false],
  ['/srv/app', '/', false],
  ['/', '/srv/app', true],
])('the directory %s and who writes to %s: %j', (path, written, expected) => {
  expect(isWritten(directory(path), ['/elsewhere', written])).toBe(expected)
  expect(isWritten({ medium: 'docker-volume', name: 'v', hostPath: path }, [written])).toBe(false)
})

test('who writes into a directory uses it, once', () => {
  const target = { ref: 'dir:/link', source: directory('/srv/app'), tides: [] } as const
  const workload = { id: 'w', name: 'w', state: 'running', dependsOn: [], quiesce: [] } as const
  const workloads = [
    { ...workload, uses: ['docker:v'], writes: ['/srv/app/x', '/srv'] },
    { ...workload, uses: ['dir:/link'], writes: ['/srv/app'] },
    { ...workload, uses: [] },
  ] as const
  const { workloads: joined } = withWriters({ targets: [target], workloads, problems: [] })
  expect(joined.map(({ uses }) => uses)).toEqual([['docker:v', 'dir:/link'], ['dir:/link'], []])
})
