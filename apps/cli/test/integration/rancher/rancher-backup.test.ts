import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cattleServer, KEY } from './cattle-server.ts'
import { rancherBackupPlace } from './rancher-backup-place.ts'
import type { RancherBackupPlace } from './rancher-backup-place.ts'

const DUPLICITY = { timeout: 120_000 }

describe.skipIf(!part('duplicity').available)('rancher-backup by its own settings', () => {
  let place: RancherBackupPlace
  beforeEach(() => {
    place = rancherBackupPlace()
  })
  afterEach(() => place[Symbol.dispose]())

  test('chains of the original go on with ours, and the bare program restores what ours wrote', DUPLICITY, async () => {
    await using server = await cattleServer(place.path, [], { pageLimit: 100 })
    place.original()
    const sk = place.kit(place.settings(server.url))
    const run = await sk('backup').ended
    expect([run.code, run.err]).toEqual([0, expect.not.stringContaining('error')])
    expect(run.out + run.err).not.toMatch(/at rest|the hold took|as it was/)
    expect([place.far('full').length, place.far('inc').length]).toEqual([1, 1])
    const back = place.restored('back')
    expect(readFileSync(join(back, 'files/mine'), 'utf8')).toBe('mine')
    expect(readFileSync(join(back, 'rancher/shop/docker-compose.yml'), 'utf8')).toBe("version: '2'\r\nservices: {}\r\n")
    const manifest = JSON.parse(readFileSync(join(back, '.salvage-kit/manifest.json'), 'utf8'))
    expect(manifest.files.map((file: { path: string }) => file.path)).toEqual([
      'rancher/shop/docker-compose.yml',
      'rancher/shop/rancher-compose.yml',
    ])
    expect(run.out + run.err + place.seen()).not.toContain(KEY.secret)
    // And the original after ours.
    writeFileSync(place.at('source/files/mine'), 'changed')
    place.original()
    expect([place.far('full').length, place.far('inc').length]).toEqual([1, 2])
    const again = await sk('backup').ended
    expect(again.code).toBe(0)
    expect(readFileSync(join(place.restored('later'), 'files/mine'), 'utf8')).toBe('changed')
  })

  test('a server that refuses costs no copy: what was dumped before goes offsite', DUPLICITY, async () => {
    await using server = await cattleServer(place.path, [], { pageLimit: 100 })
    expect((await place.kit(place.settings(server.url))('backup').ended).code).toBe(0)
    const wrong = { ...place.settings(server.url), CATTLE_SECRET_KEY: 'another-secret' }
    const run = await place.kit(wrong)('backup').ended
    expect(run.code).toBe(3)
    expect(run.out + run.err).toMatch(/127\.0\.0\.1.*401|401.*127\.0\.0\.1/)
    expect(run.out + run.err).not.toMatch(/at rest|not as before/)
    expect(run.out + run.err + place.seen()).not.toContain('another-secret')
    expect([place.far('full').length, place.far('inc').length]).toEqual([1, 1])
    expect(readFileSync(join(place.restored('back'), 'rancher/shop/rancher-compose.yml'), 'utf8')).toBe(
      "version: '2'\r\n",
    )
    const check = await place.kit(wrong)('check', '--checkParameters').ended
    expect([check.code, check.err]).toEqual([1, expect.stringContaining('401')])
    const good = await place.kit(place.settings(server.url))('check').ended
    expect([good.code, good.out]).toEqual([
      0,
      expect.stringContaining('The settings can be used: 1 dump would be made.\n'),
    ])
    const list = await place.kit(place.settings(server.url))('list').ended
    expect(list.out).toContain(place.at('source/rancher/shop'))
  })

  test.each([
    ['no URL', { BACKUP_DUPLICITY_url: '' }, /duplicity\.url is missing/],
    ['no address', { CATTLE_URL: '' }, /rancher\.api\.url must be set/],
    ["the server's database without a host", { 'BACKUP_MODULE_rancher-db': 'true' }, /rancher\.db\.host/],
    [
      'options that decide what is copied',
      { BACKUP_DUPLICITY_options: '--exclude /x' },
      /duplicity\.options.*--exclude/,
    ],
    ['a schedule that is none', { BACKUP_CRON_schedule: 'often' }, /cron\.schedule/],
    ['a time that is none', { 'BACKUP_DUPLICITY_full-if-older-than': 'sometimes' }, /full-if-older-than/],
  ])('%s is told before anything is touched', async (_, wrong, text) => {
    const run = await place.kit({ ...place.settings('http://127.0.0.1:1/v1'), ...wrong })('backup').ended
    expect([run.code, run.err]).toEqual([1, expect.stringMatching(text)])
    expect(readdirSync(place.at('source'))).toEqual(['files'])
  })

  test('with all modules off only the directory is copied, and no address is needed', DUPLICITY, async () => {
    const off = { ...place.settings(''), BACKUP_MODULE_stack: 'false', 'BACKUP_MODULE_rancher-db': 'false' }
    expect((await place.kit(off)('backup').ended).code).toBe(0)
    expect(readdirSync(place.at('source'))).toEqual(['files'])
    expect(readFileSync(join(place.restored('back'), 'files/mine'), 'utf8')).toBe('mine')
  })
})
