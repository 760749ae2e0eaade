import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { btrfsFileSystem, command, part, temporaryDirectory } from '@salvage-kit/testbed'
import type { TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { salvageKit } from '../salvage-kit.ts'
import type { Running } from '../salvage-kit.ts'

const APP = join(import.meta.dirname, '../..')
const BUNDLE = join(APP, `dist/bundle-of-test-${String(process.pid)}`)
const LAYOUTS = [
  ['as tsc wrote it', join(APP, 'dist/main.js')],
  ['bundled', join(BUNDLE, 'main.js')],
] as const

// Of what tsc wrote now, whatever the last whole build was made of.
beforeAll(async () => {
  await command(join(APP, 'node_modules/.bin/rolldown'), ['--config', '--dir', BUNDLE], { cwd: APP })
})
afterAll(() => rmSync(BUNDLE, { recursive: true, force: true }))

test('the bundle has each file that a source reads beside itself, and the licences', () => {
  const beside = globSync('*', { cwd: join(BUNDLE, 'beside') }).toSorted()
  expect(beside).toEqual([
    'apps-cli-package.json',
    'packages-btrfs-share-salvage-kit-receive',
    'packages-local-package.json',
  ])
  const sources = [
    'package.json',
    '../../packages/btrfs/share/salvage-kit-receive',
    '../../packages/local/package.json',
  ]
  for (const [n, source] of sources.entries())
    expect(readFileSync(join(BUNDLE, 'beside', beside[n] ?? ''), 'utf8')).toBe(readFileSync(join(APP, source), 'utf8'))
  expect(readFileSync(join(BUNDLE, 'LICENSES'), 'utf8')).toMatch(/^commander \d.*^zod \d/ms)
})

test('the bundle has each module once: an error has one class', () => {
  const modules = [...chunks().values()].flatMap((code) => code.match(/^\/\/ (?:\.\.\/|dist\/)\S+$/gm) ?? [])
  expect(modules.length).toBeGreaterThan(300)
  expect(modules).toContain('// ../../packages/core/dist/error.js')
  expect(modules.toSorted()).toEqual([...new Set(modules)].toSorted())
})

test('what is heavy waits until it is asked for', () => {
  const code = chunks()
  const holding = (module: string): string => {
    const [found] = [...code].find(([, text]) => text.split('\n').includes(`// ${module}`)) ?? []
    if (found === undefined) throw new Error(`${module} is not in the bundle`)
    return found
  }
  const loaded = new Set<string>()
  const load = (name: string): void => {
    if (loaded.has(name)) return
    loaded.add(name)
    for (const [, next = ''] of (code.get(name) ?? '').matchAll(/^(?:import|export) .*"\.\/([^"]+\.js)";$/gm))
      load(next)
  }
  load('main.js')
  expect([...loaded].toSorted()).toEqual([
    expect.stringMatching(/^main\.js$/),
    expect.stringMatching(/^rolldown-runtime/),
  ])
  for (const source of ['command-line', 'commands/volume/list', 'commands/volume/snapshot', 'commands/plugin'])
    load(holding(`dist/${source}.js`))
  expect(loaded).toContain(holding('../../packages/core/dist/error.js'))
  const heavy = [
    'docker/dist/dockerode/request',
    'local/dist/archive/made-by',
    'local/dist/duplicity/settings',
    'rancher/dist/v2/rancher',
    'btrfs/dist/send/receiver',
    'notify/dist/send/mail',
  ]
  for (const module of heavy) expect(loaded).not.toContain(holding(`../../packages/${module}.js`))
  expect(loaded).not.toContain(holding('dist/commands/daemon.js'))
  expect([...loaded].filter((name) => /^(?:yaml|mail|daemon)-/.test(name))).toEqual([])
  for (const source of ['commands/run', 'commands/list', 'commands/config-check']) load(holding(`dist/${source}.js`))
  load(holding('../../packages/host/dist/config/parse-config.js'))
  expect(loaded).not.toContain(holding('../../packages/k8s/dist/client/connect.js'))
  expect(loaded).not.toContain(holding('../../packages/rancher/dist/v1/backend/open-rancher.js'))
  expect([...loaded].filter((name) => /^(?:undici|client-node|websocket|k8s)/.test(name))).toEqual([])
})

/** The code of each chunk by its name. */
function chunks(): ReadonlyMap<string, string> {
  return new Map(globSync('*.js', { cwd: BUNDLE }).map((name) => [name, readFileSync(join(BUNDLE, name), 'utf8')]))
}

describe.each(LAYOUTS)('the command line %s', (_layout, main) => {
  let folder: TemporaryDirectory
  let sk: (...args: readonly string[]) => Running

  beforeEach(() => {
    folder = temporaryDirectory()
    sk = salvageKit(folder.path, {}, main)
    mkdirSync(join(folder.path, 'app'))
    writeFileSync(join(folder.path, 'app/file'), 'content\n')
    mkdirSync(join(folder.path, 'store'))
  })
  afterEach(() => folder[Symbol.dispose]())

  test('knows its version, its help, its schema and its completions', async () => {
    const { version } = JSON.parse(readFileSync(join(APP, 'package.json'), 'utf8'))
    expect(await sk('--version').ended).toEqual({ code: 0, out: `${String(version)}\n`, err: '' })
    expect(await sk('--help').ended).toMatchObject({ code: 0, out: expect.stringContaining('volume'), err: '' })
    expect(JSON.parse((await sk('config', 'schema').ended).out)).toMatchObject({ properties: { stores: {} } })
    for (const shell of ['bash', 'zsh', 'fish'])
      expect(await sk('completion', shell).ended).toMatchObject({
        code: 0,
        out: expect.stringContaining('salvage-kit'),
      })
  })

  test('takes an error of core for one: exit code, words and code', async () => {
    const ended = await sk('plan', 'nonsense:x').ended
    expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(/^error: .*nonsense/) })
    expect(ended.err).not.toContain('a fault of salvage-kit itself')
  })

  test('renders the templates of Rancher', async () => {
    for (const name of ['index', 'templates']) mkdirSync(join(folder.path, name))
    writeFileSync(join(folder.path, 'index/own.yml'), 'own: { regex: x, template: own.yml }\n')
    const [index, templates] = [join(folder.path, 'index'), join(folder.path, 'templates')]
    const cattle = { url: 'https://rancher.example.org', index, templates }
    writeFileSync(join(folder.path, 'salvage-kit.yaml'), JSON.stringify({ cattle }))
    writeFileSync(join(templates, 'own.yml'), 'commands: ["{{ ip }}"]\n')
    expect(await sk('config', 'check', '--no-docker').ended).toMatchObject({ code: 0, err: '' })
    writeFileSync(join(templates, 'own.yml'), 'commands: ["{{ ip"]\n')
    expect(await sk('config', 'check', '--no-docker').ended).toMatchObject({
      code: 2,
      err: expect.stringMatching(/own\.yml: the template cannot be rendered.*syntax error/s),
    })
  })

  test.skipIf(!part('tar-xattrs').available)('says in an archive what made it', async () => {
    const store = `archive:${folder.path}/store`
    expect(await sk('run', 'dir:app', '--to', store, '--init').ended).toMatchObject({ code: 0 })
    const { version } = JSON.parse(readFileSync(join(APP, '../../packages/local/package.json'), 'utf8'))
    const texts = globSync('store/**/*.json', { cwd: folder.path }).map((file) =>
      readFileSync(join(folder.path, file), 'utf8'),
    )
    expect(texts.join('\n')).toContain(`salvage-kit ${String(version)}, tar`)
  })

  test.skipIf(!part('btrfs').available)('finds the script of a receiver', async () => {
    await using disk = await btrfsFileSystem({ megabytes: 300 })
    for (const name of ['volumes', 'snapshots', 'far']) mkdirSync(join(disk.path, name))
    await command('btrfs', ['subvolume', 'create', join(disk.path, 'volumes/v')])
    writeFileSync(
      join(folder.path, 'salvage-kit.yaml'),
      JSON.stringify({
        docker: { enabled: false },
        btrfs: { volumes: join(disk.path, 'volumes'), snapshots: join(disk.path, 'snapshots') },
      }),
    )
    const store = `btrfs:${disk.path}/far`
    expect(await sk('run', 'btrfs:v', '--to', store, '--init').ended).toMatchObject({ code: 0 })
    expect(JSON.parse((await sk('list', '--from', store, '--json').ended).out)).toMatchObject({
      points: [{ target: 'btrfs:v', state: 'good' }],
    })
  })
})
