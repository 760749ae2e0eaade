import { expect, test } from 'vitest'
import { checked, settingOf } from './checked.ts'

test.each([
  [['cattle', 'url'], 'rancher.api.url'],
  [['cattle', 'server', 'database'], 'rancher.db.name'],
  [['cattle', 'server', 'host'], 'rancher.db.host'],
  [['stores', 'offsite', 'url'], 'duplicity.url'],
  [['stores', 'offsite', 'options', 2], 'duplicity.options'],
  [['directories', 0, 'path'], 'duplicity.source-path'],
  [['machine'], 'MACHINE'],
  [['cattle', 'jobs'], 'the settings (cattle.jobs)'],
])('%j is %s', (path, setting) => expect(settingOf(path)).toBe(setting))

test('a name of the database of Rancher that cannot be is not told as one of duplicity', () => {
  const server = { host: 'db', port: 3306, user: 'rancher', database: '' }
  expect(() => checked({ cattle: { server } })).toThrow(
    expect.objectContaining({ code: 'RANCHER.SETTING', message: expect.stringMatching(/^rancher\.db\.name: /) }),
  )
})
