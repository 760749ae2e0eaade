import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cattleServer } from './cattle-server.ts'
import { rancherBackupPlace } from './rancher-backup-place.ts'
import type { RancherBackupPlace } from './rancher-backup-place.ts'

const AWAY = 'http://127.0.0.1:1/v1'
const TIME = { timeout: 120_000 }

describe('what rancher-backup is set to do, looked at', () => {
  let place: RancherBackupPlace
  beforeEach(() => {
    place = rancherBackupPlace()
  })
  afterEach(() => place[Symbol.dispose]())

  test('check says what a run would do, and repeats no password', TIME, async () => {
    await using server = await cattleServer(place.path, [], { pageLimit: 100 })
    const set = {
      ...place.settings(server.url),
      BACKUP_DUPLICITY_url: 'ftp://me:hidden-word@far.example',
      BACKUP_CRON_schedule: '0 30 3 * * *',
    }
    const check = await place.kit(set)('check').ended
    expect(check.code).toBe(0)
    const lines = check.out.split('\n').map((line) => line.replace(/\s+/g, ' '))
    expect(lines).toEqual([
      `source ${place.at('source')}`,
      'copied to ftp://me:***@far.example/far',
      'encrypted NOT ENCRYPTED',
      expect.stringMatching(/^schedule 0 30 3 \* \* \*, next at \d{4}-.*Z$/),
      'chains a full copy after 7D, incremental ones until then',
      'kept 3 full chains, incremental copies of the newest 1',
      'dumps 0 databases, 1 stack, not the database of Rancher itself',
      'templates none: databases are dumped by what salvage-kit knows itself',
      'The settings can be used: 1 dump would be made.',
      '',
    ])
    const json = await place.kit(set)('check', '--json').ended
    expect(JSON.parse(json.out)).toMatchObject({ outline: { stacks: 1, server: false, fullIfOlderThan: '7D' } })
    expect(check.out + check.err + json.out + json.err).not.toContain('hidden-word')
  })

  test.skipIf(!part('duplicity').available)('check fails for a key that GnuPG does not have', TIME, async () => {
    await using server = await cattleServer(place.path, [], { pageLimit: 100 })
    mkdirSync(place.at('home/.gnupg'), { recursive: true, mode: 0o700 })
    const set = { ...place.settings(server.url), 'BACKUP_DUPLICITY_encrypt-key': 'me@far.example' }
    const without = await place.kit(set)('check').ended
    expect([without.code, without.out, without.err]).toEqual([
      1,
      expect.stringContaining('for the GnuPG key me@far.example'),
      expect.stringContaining('GnuPG has no key me@far.example'),
    ])
    const home = ['--homedir', place.at('home/.gnupg'), '--batch', '--passphrase', '']
    execFileSync('gpg', [...home, '--quick-generate-key', 'me@far.example', 'rsa2048', 'encrypt', 'never'], {
      stdio: 'ignore',
    })
    expect((await place.kit(set)('check').ended).code).toBe(0)
    execFileSync('gpgconf', ['--homedir', place.at('home/.gnupg'), '--kill', 'gpg-agent'])
  })

  test('list fails when the server is away, and says what is odd about settings', TIME, async () => {
    const set = { ...place.settings(AWAY), BACKUP_CRON_schedule: '0 3 * * *' }
    const away = await place.kit(set)('list').ended
    expect([away.code, away.err]).toEqual([1, expect.stringContaining('has five fields')])
    expect((await place.kit(set)('list', '--json').ended).code).toBe(1)
    await using server = await cattleServer(place.path, [], { pageLimit: 100 })
    expect((await place.kit({ ...set, CATTLE_URL: server.url })('list').ended).code).toBe(0)
  })

  test('a folder of templates that is named must be there, before anything is touched', TIME, async () => {
    const set = place.settings(AWAY)
    for (const command of ['check', 'list', 'backup']) {
      const typo = await place.kit(set)(command, '--config-dir', place.at('confg')).ended
      expect([typo.code, typo.err]).toEqual([1, expect.stringContaining('there is no folder index')])
    }
    mkdirSync(place.at('home/config/index'), { recursive: true })
    const half = await place.kit(set)('backup').ended
    expect([half.code, half.err]).toEqual([1, expect.stringContaining('there is no folder templates')])
    expect(existsSync(place.at('far'))).toBe(false)
  })

  test('a source that cannot be made is no fault of the program', TIME, async () => {
    writeFileSync(place.at('file'), '')
    const set = { ...place.settings(AWAY), 'BACKUP_DUPLICITY_source-path': place.at('file/source') }
    for (const command of ['backup', 'daemon']) {
      const run = await place.kit(set)(command).ended
      expect([run.code, run.err]).toEqual([1, expect.stringMatching(/duplicity\.source-path.*cannot be made[^]*next:/)])
      expect(run.err).not.toContain('fault of salvage-kit')
    }
  })

  test('the daemon makes no folder for a URL', TIME, async () => {
    await using server = await cattleServer(place.path, [], { pageLimit: 100 })
    const running = place.kit({ ...place.settings(server.url), 'BACKUP_DUPLICITY_target-path': '/not%20there' })(
      'daemon',
    )
    await delay(3000)
    running.child.kill('SIGTERM')
    await running.ended
    expect([existsSync(place.at('not%20there')), existsSync(place.at('not there'))]).toEqual([false, false])
  })
})
