import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cattleServer, KEY } from './cattle-server.ts'
import { rancherBackupPlace } from './rancher-backup-place.ts'
import type { RancherBackupPlace } from './rancher-backup-place.ts'

const PROGRAM = '/usr/bin/duplicity'
const DUPLICITY = { timeout: 120_000 }

describe.skipIf(!part('duplicity').available)(
  'runs of rancher-backup that are killed, fail or come by the schedule',
  () => {
    let place: RancherBackupPlace
    beforeEach(() => {
      place = rancherBackupPlace()
    })
    afterEach(() => place[Symbol.dispose]())

    test('a killed run leaves the former files, and the next one no trace of it', DUPLICITY, async () => {
      {
        await using server = await cattleServer(place.path, [], { pageLimit: 100 })
        expect((await place.kit(place.settings(server.url))('backup').ended).code).toBe(0)
      }
      const before = readFileSync(place.at('source/rancher/shop/docker-compose.yml'))
      const silent = { path: 'exportconfig', what: { kind: 'silent' } }
      {
        await using server = await cattleServer(place.path, [], { pageLimit: 100, faults: [silent] })
        const running = place.kit(place.settings(server.url))('backup', '--json')
        await vi.waitFor(
          () =>
            expect(globSync('source/rancher/shop/.salvage-kit.part', { cwd: place.path })).toEqual([
              expect.any(String),
            ]),
          {
            timeout: 30_000,
            interval: 50,
          },
        )
        const second = await place.kit(place.settings(server.url))('backup').ended
        expect([second.code, second.err]).toEqual([75, expect.stringContaining('is held by run')])
        running.child.kill('SIGKILL')
        await running.ended
      }
      expect(readFileSync(place.at('source/rancher/shop/docker-compose.yml'))).toEqual(before)
      await using server = await cattleServer(place.path, [], { pageLimit: 100 })
      expect((await place.kit(place.settings(server.url))('backup').ended).code).toBe(0)
      expect(globSync('source/**/.salvage-kit.part', { cwd: place.path })).toEqual([])
    })

    test('the daemon runs it by the schedule of the original, and not at its start', DUPLICITY, async () => {
      await using server = await cattleServer(place.path, [], { pageLimit: 100 })
      mkdirSync(place.at('far'))
      mkdirSync(place.at('other'))
      const every = { ...place.settings(server.url), BACKUP_CRON_schedule: '*/2 * * * * ?' }
      const running = place.kit(every)('daemon')
      await vi.waitFor(() => expect(place.far('inc').length).toBeGreaterThan(0), { timeout: 60_000, interval: 200 })
      running.child.kill('SIGTERM')
      const { code, err } = await running.ended
      expect(code).toBe(0)
      expect(err).not.toContain(KEY.secret)
      expect(readFileSync(join(place.restored('back'), 'rancher/shop/rancher-compose.yml'), 'utf8')).toBe(
        "version: '2'\r\n",
      )
      const rare = place.kit({ ...place.settings(server.url), 'BACKUP_DUPLICITY_target-path': '/other' })('daemon')
      await delay(3000)
      rare.child.kill('SIGTERM')
      await rare.ended
      expect(readdirSync(place.at('other'))).toEqual([])
    })

    test('a copy that fails is a failure, and nothing is removed for it', DUPLICITY, async () => {
      await using server = await cattleServer(place.path, [], { pageLimit: 100 })
      place.original()
      const one = {
        ...place.settings(server.url),
        'BACKUP_DUPLICITY_full-if-older-than': '1s',
        'BACKUP_DUPLICITY_remove-all-but-n-full': '1',
      }
      mkdirSync(place.at('bin'))
      const [interpreter = ''] = readFileSync(PROGRAM, 'utf8').split('\n')
      const script = `${interpreter}
import runpy, sys
if '--full-if-older-than' in sys.argv: sys.exit(31)
runpy.run_path('${PROGRAM}', run_name='__main__')
`
      writeFileSync(place.at('bin/duplicity'), script, { mode: 0o755 })
      const failed = await place.kit({ ...one, PATH: `${place.at('bin')}:${process.env['PATH'] ?? ''}` })('backup')
        .ended
      expect([failed.code, failed.out + failed.err]).toEqual([1, expect.stringContaining('31')])
      expect(place.far('full')).toHaveLength(1)
      // With the program as it is the chain of the original is over, and its own rule removes it.
      expect((await place.kit(one)('backup').ended).code).toBe(0)
      expect(place.far('full')).toHaveLength(1)
      expect(readFileSync(join(place.restored('back'), 'rancher/shop/rancher-compose.yml'), 'utf8')).toBe(
        "version: '2'\r\n",
      )
    })
  },
)
