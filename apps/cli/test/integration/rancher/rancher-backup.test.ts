import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import type { TemporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { salvageKit } from '../../salvage-kit.ts'
import type { Running } from '../../salvage-kit.ts'
import { cattleServer, KEY } from './cattle-server.ts'

const PROGRAM = '/usr/bin/duplicity'
const DUPLICITY = { timeout: 120_000 }

describe.skipIf(!part('duplicity').available)('rancher-backup by its own settings', () => {
  let folder: TemporaryDirectory
  beforeEach(() => {
    folder = temporaryDirectory()
    mkdirSync(at('source/files'), { recursive: true })
    writeFileSync(at('source/files/mine'), 'mine')
  })
  afterEach(() => folder[Symbol.dispose]())

  const at = (path: string): string => join(folder.path, path)
  /** As the original's catalog set it: no databases here, since they need an engine. */
  const settings = (url: string): Record<string, string> => ({
    APP_HOME: at('home'),
    CATTLE_URL: url,
    CATTLE_ACCESS_KEY: KEY.name,
    CATTLE_SECRET_KEY: KEY.secret,
    'BACKUP_DUPLICITY_source-path': at('source'),
    BACKUP_DUPLICITY_url: `file://${folder.path}`,
    'BACKUP_DUPLICITY_target-path': '/far',
    BACKUP_DUPLICITY_volsize: '',
    BACKUP_MODULE_database: 'false',
    BACKUP_RANCHER_db_port: '',
  })
  const kit =
    (variables: Record<string, string>) =>
    (...args: readonly string[]): Running =>
      salvageKit(folder.path, variables)('rancher', ...args)
  const far = (kind: 'full' | 'inc'): readonly string[] =>
    readdirSync(at('far')).filter((name) => name.startsWith(`duplicity-${kind}.`) && name.includes('manifest'))
  /** Duplicity as rancher-backup called it, and with a cache of its own. */
  const duplicity = (...args: readonly string[]): string =>
    execFileSync('duplicity', ['--archive-dir', at('cache'), ...args], { encoding: 'utf8' })
  /** A backup as the original made it, word by word. */
  const original = (): void => {
    const settled = ['--volsize', '200', '--no-encryption', '--allow-source-mismatch', '--full-if-older-than', '7D']
    duplicity(...settled, at('source'), `file://${at('far')}`)
  }
  const restored = (name: string): string => {
    duplicity('--no-encryption', `file://${at('far')}`, at(name))
    return at(name)
  }
  const seen = (): string =>
    globSync(['state/**', 'source/**', 'far/**'], { cwd: folder.path })
      .map(at)
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'latin1'))
      .join('\n')

  test('chains of the original go on with ours, and the bare program restores what ours wrote', DUPLICITY, async () => {
    await using server = await cattleServer(folder.path, [], { pageLimit: 100 })
    mkdirSync(at('far'))
    original()
    const sk = kit(settings(server.url))
    const run = await sk('backup').ended
    expect([run.code, run.err]).toEqual([0, expect.not.stringContaining('error')])
    expect([far('full').length, far('inc').length]).toEqual([1, 1])
    const back = restored('back')
    expect(readFileSync(join(back, 'files/mine'), 'utf8')).toBe('mine')
    expect(readFileSync(join(back, 'rancher/shop/docker-compose.yml'), 'utf8')).toBe("version: '2'\r\nservices: {}\r\n")
    const manifest = JSON.parse(readFileSync(join(back, '.salvage-kit/manifest.json'), 'utf8'))
    expect(manifest.files.map((file: { path: string }) => file.path)).toEqual([
      'rancher/shop/docker-compose.yml',
      'rancher/shop/rancher-compose.yml',
    ])
    expect(run.out + run.err + seen()).not.toContain(KEY.secret)
    // And the original after ours.
    writeFileSync(at('source/files/mine'), 'changed')
    original()
    expect([far('full').length, far('inc').length]).toEqual([1, 2])
    const again = await sk('backup').ended
    expect(again.code).toBe(0)
    expect(readFileSync(join(restored('later'), 'files/mine'), 'utf8')).toBe('changed')
  })

  test('a server that refuses costs no copy: what was dumped before goes offsite', DUPLICITY, async () => {
    await using server = await cattleServer(folder.path, [], { pageLimit: 100 })
    expect((await kit(settings(server.url))('backup').ended).code).toBe(0)
    const wrong = { ...settings(server.url), CATTLE_SECRET_KEY: 'another-secret' }
    const run = await kit(wrong)('backup').ended
    expect(run.code).toBe(3)
    expect(run.out + run.err).toMatch(/127\.0\.0\.1.*401|401.*127\.0\.0\.1/)
    expect(run.out + run.err + seen()).not.toContain('another-secret')
    expect([far('full').length, far('inc').length]).toEqual([1, 1])
    expect(readFileSync(join(restored('back'), 'rancher/shop/rancher-compose.yml'), 'utf8')).toBe("version: '2'\r\n")
    const check = await kit(wrong)('check', '--checkParameters').ended
    expect([check.code, check.err]).toEqual([1, expect.stringContaining('401')])
    const good = await kit(settings(server.url))('check').ended
    expect([good.code, good.out]).toEqual([0, 'The settings can be used: 1 dumps would be made.\n'])
    const list = await kit(settings(server.url))('list').ended
    expect(list.out).toContain(at('source/rancher/shop'))
  })

  test('a killed run leaves the former files, and the next one no trace of it', DUPLICITY, async () => {
    {
      await using server = await cattleServer(folder.path, [], { pageLimit: 100 })
      expect((await kit(settings(server.url))('backup').ended).code).toBe(0)
    }
    const before = readFileSync(at('source/rancher/shop/docker-compose.yml'))
    const silent = { path: 'exportconfig', what: { kind: 'silent' } }
    {
      await using server = await cattleServer(folder.path, [], { pageLimit: 100, faults: [silent] })
      const running = kit(settings(server.url))('backup', '--json')
      await vi.waitFor(
        () =>
          expect(globSync('source/rancher/shop/.salvage-kit.part', { cwd: folder.path })).toEqual([expect.any(String)]),
        {
          timeout: 30_000,
          interval: 50,
        },
      )
      const second = await kit(settings(server.url))('backup').ended
      expect([second.code, second.err]).toEqual([75, expect.stringContaining('is held by run')])
      running.child.kill('SIGKILL')
      await running.ended
    }
    expect(readFileSync(at('source/rancher/shop/docker-compose.yml'))).toEqual(before)
    await using server = await cattleServer(folder.path, [], { pageLimit: 100 })
    expect((await kit(settings(server.url))('backup').ended).code).toBe(0)
    expect(globSync('source/**/.salvage-kit.part', { cwd: folder.path })).toEqual([])
  })

  test('the daemon runs it by the schedule of the original, and not at its start', DUPLICITY, async () => {
    await using server = await cattleServer(folder.path, [], { pageLimit: 100 })
    const every = { ...settings(server.url), BACKUP_CRON_schedule: '*/2 * * * * ?' }
    const running = kit(every)('daemon')
    await vi.waitFor(() => expect(far('inc').length).toBeGreaterThan(0), { timeout: 60_000, interval: 200 })
    running.child.kill('SIGTERM')
    const { code, err } = await running.ended
    expect(code).toBe(0)
    expect(err).not.toContain(KEY.secret)
    expect(readFileSync(join(restored('back'), 'rancher/shop/rancher-compose.yml'), 'utf8')).toBe("version: '2'\r\n")
    const rare = kit({ ...settings(server.url), 'BACKUP_DUPLICITY_target-path': '/other' })('daemon')
    await vi.waitFor(async () => expect(readdirSync(at('other'))).toEqual([]), { timeout: 20_000 })
    rare.child.kill('SIGTERM')
    await rare.ended
    expect(readdirSync(at('other'))).toEqual([])
  })

  test('a copy that fails is a failure, and nothing is removed for it', DUPLICITY, async () => {
    await using server = await cattleServer(folder.path, [], { pageLimit: 100 })
    mkdirSync(at('far'))
    original()
    const one = {
      ...settings(server.url),
      'BACKUP_DUPLICITY_full-if-older-than': '1s',
      'BACKUP_DUPLICITY_remove-all-but-n-full': '1',
    }
    mkdirSync(at('bin'))
    const [interpreter = ''] = readFileSync(PROGRAM, 'utf8').split('\n')
    const script = `${interpreter}
import runpy, sys
if '--full-if-older-than' in sys.argv: sys.exit(31)
runpy.run_path('${PROGRAM}', run_name='__main__')
`
    writeFileSync(at('bin/duplicity'), script, { mode: 0o755 })
    const failed = await kit({ ...one, PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` })('backup').ended
    expect([failed.code, failed.out + failed.err]).toEqual([1, expect.stringContaining('31')])
    expect(far('full')).toHaveLength(1)
    // With the program as it is the chain of the original is over, and its own rule removes it.
    expect((await kit(one)('backup').ended).code).toBe(0)
    expect(far('full')).toHaveLength(1)
    expect(readFileSync(join(restored('back'), 'rancher/shop/rancher-compose.yml'), 'utf8')).toBe("version: '2'\r\n")
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
    const run = await kit({ ...settings('http://127.0.0.1:1/v1'), ...wrong })('backup').ended
    expect([run.code, run.err]).toEqual([1, expect.stringMatching(text)])
    expect(readdirSync(at('source'))).toEqual(['files'])
  })

  test('with all modules off only the directory is copied, and no address is needed', DUPLICITY, async () => {
    const off = { ...settings(''), BACKUP_MODULE_stack: 'false', 'BACKUP_MODULE_rancher-db': 'false' }
    expect((await kit(off)('backup').ended).code).toBe(0)
    expect(readdirSync(at('source'))).toEqual(['files'])
    expect(readFileSync(join(restored('back'), 'files/mine'), 'utf8')).toBe('mine')
  })
})
