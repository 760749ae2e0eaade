import { expect, test } from 'vitest'
import { readBak } from '../open-ns.ts'
import { dumpedWorkloads, passwordIn } from './dumps.ts'

type Settings = ReturnType<typeof readBak>['settings']

function settingsOf(environment: Readonly<Record<string, string>>): Settings {
  return readBak({ environment: { TZ: 'UTC', ...environment }, cluster: { namespace: 'shop' } }).settings
}

const BOTH = { BAK_DB_POSTGRES: 'true', BAK_DB_MYSQL: 'true' }
const target = 'k8s:shop/data'

test('without a database nobody is dumped', () => {
  expect(dumpedWorkloads(settingsOf({ BAK_DB_SKIP: 'true' }), target)).toEqual([])
})

test('both databases of one workload are dumped one after the other, PostgreSQL first', () => {
  const [workload, ...others] = dumpedWorkloads(settingsOf(BOTH), target)
  expect(others).toEqual([])
  expect(workload).toMatchObject({ id: 'k8s:shop/deployment/app-base', uses: [target] })
  expect(workload?.quiesce).toMatchObject([
    { quiescer: 'k8s.dump', settings: { database: 'postgres', container: 'postgres' } },
    { quiescer: 'k8s.dump', settings: { database: 'mysql', container: 'mysql' } },
  ])
})

test('so are those of two workloads', () => {
  const two = { ...BOTH, BAK_DB_MYSQL_EXEC_RESOURCE: 'statefulset/db' }
  expect(dumpedWorkloads(settingsOf(two), target)).toMatchObject([
    { id: 'k8s:shop/deployment/app-base', dependsOn: ['k8s:shop/statefulset/db'] },
    { id: 'k8s:shop/statefulset/db', dependsOn: [] },
  ])
})

test('31: a password that stands in the variables is in no plan, one of the container is there by its name', () => {
  const told = settingsOf({ ...BOTH, BAK_DB_POSTGRES_PASSWORD: 'te"ll$`-tale' })
  const plan = JSON.stringify(dumpedWorkloads(told, target))
  expect(plan).not.toContain('tale')
  expect(plan).toContain('${MYSQL_ROOT_PASSWORD}')
  const passwordOf = passwordIn(told)
  expect(passwordOf('k8s:shop/deployment/app-base', 'postgres')).toBe('te"ll$`-tale')
  expect(passwordOf('k8s:shop/deployment/other', 'postgres')).toBeUndefined()
  expect(passwordIn(settingsOf({}))('k8s:shop/deployment/app-base', 'postgres')).toBeUndefined()
})
