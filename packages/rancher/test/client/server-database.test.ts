import { expect, test } from 'vitest'
import { cattle, cattleAddress, rancherBackupSettings, serverDatabase, settingsOfEnvironment } from '../../src/index.ts'
import type { FoundServer } from '../../src/index.ts'
import { startSimulator } from '../simulator/server.ts'
import type { SimulatorOptions } from '../simulator/server.ts'

const PATIENCE = { connectMs: 2000, requestMs: 5000, attempts: 1, firstWaitMs: 1 }
const TOLD = {
  'cattle.db.cattle.database': 'mysql',
  'cattle.db.cattle.mysql.host': 'own-db',
  'cattle.db.cattle.mysql.name': 'cattle',
  'cattle.db.cattle.mysql.port': '3306',
  'cattle.db.cattle.password': 'p:\'"x',
  'cattle.db.cattle.username': 'cattle',
}

async function found(
  environment: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>> = {},
  options: SimulatorOptions = {},
): Promise<FoundServer> {
  const { signal } = new AbortController()
  const all = Array.from({ length: 150 }, (_, at) => [`a.public.${String(at)}`, 'x'])
  const world = { projects: [], settings: { ...Object.fromEntries(all), ...settings } }
  await using simulator = await startSimulator({ ...world, pageLimit: 100 }, options)
  await using api = cattle(cattleAddress(simulator.origin), { patience: PATIENCE })
  return await serverDatabase(rancherBackupSettings([settingsOfEnvironment(environment)]).settings, api, { signal })
}

test('what is set goes before what the server says', async () => {
  const { database } = await found({ BACKUP_RANCHER_DB_HOST: 'set', BACKUP_RANCHER_DB_PASSWORD: 'p' }, TOLD)
  expect(database).toMatchObject({ host: 'set', name: 'rancher' })
})

test('what the server says is used where nothing is set, from whatever page', async () => {
  const { database } = await found({}, TOLD)
  expect(database).toMatchObject({ host: 'own-db', port: 3306, user: 'cattle', name: 'cattle' })
  expect(database?.password()).toBe('p:\'"x')
})

test('who did not ask for it is told, who did gets an error', async () => {
  expect(await found({})).toMatchObject({ finding: { code: 'RANCHER.SERVER_LEFT' } })
  const { 'cattle.db.cattle.password': _, ...less } = TOLD
  expect(await found({}, less)).toMatchObject({ finding: { why: 'the server does not tell it to this key' } })
  await expect(found({ 'BACKUP_MODULE_rancher-db': 'true' })).rejects.toMatchObject({ code: 'RANCHER.SETTING' })
  expect(await found({ 'BACKUP_MODULE_rancher-db': 'false' }, TOLD)).toEqual({})
})

test('settings that cannot be read are no reason to stop', async () => {
  const faults = [{ path: '/settings', what: { kind: 'status', status: 403 } }] as const
  const { finding } = await found({}, TOLD, { faults })
  expect(finding?.why).toContain('status 403')
})
