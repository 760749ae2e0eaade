import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse-config.ts'
import { importedConfig } from '../../src/import/import-config.ts'
import type { ImportTool } from '../../src/import/import-config.ts'
import { readWorld } from '../../src/import/read-world.ts'

const HERE = import.meta.dirname
const NOW = new Date('2026-11-21T08:00:00Z')

async function imported(tool: ImportTool, folder: string, envFiles: readonly string[] = []): Promise<string> {
  const source = { compose: 'compose.yaml', envFiles, environment: {}, directory: join(HERE, folder) }
  const yaml = importedConfig(tool, await readWorld(source, { signal: AbortSignal.timeout(10_000) }), NOW)
  return yaml.replaceAll(join(HERE, folder), '/srv/project')
}

describe('a compose file becomes a configuration', () => {
  test.each([
    ['offen', 'offen', []],
    ['offen', 'offen-two', ['evening.env', 'weekly.env']],
    ['nautical', 'nautical', []],
    ['stack-back', 'stack-back', []],
    ['rancher-backup', 'rancher-backup', []],
  ] as const)('%s: %s', async (tool, folder, envFiles) => {
    const yaml = await imported(tool, folder, envFiles)
    await expect(yaml).toMatchFileSnapshot(join(HERE, folder, 'salvage-kit.yaml'))
    expect(parseConfig(yaml)).toMatchObject({ problems: [] })
    expect(yaml).not.toMatch(/hunter22|wonderland/)
  })
})

test.each(['offen', 'nautical', 'stack-back'] as const)('%s: variables alone do', async (tool) => {
  const source = { envFiles: ['offen/backup.env'], environment: {}, directory: HERE }
  const yaml = importedConfig(tool, await readWorld(source, { signal: AbortSignal.timeout(10_000) }), NOW)
  expect(parseConfig(yaml)).toMatchObject({ problems: [] })
  expect(yaml).not.toMatch(/hunter22/)
})

test('rancher-backup: its file of settings does', async () => {
  const source = { envFiles: [], settingsFile: 'rancher-backup/rancher-backup.yml', environment: {}, directory: HERE }
  const world = await readWorld(source, { signal: AbortSignal.timeout(10_000) })
  const yaml = importedConfig('rancher-backup', world, NOW)
  expect(parseConfig(yaml)).toMatchObject({ problems: [], config: { cattle: { into: '/data', stacks: false } } })
  expect(yaml).not.toMatch(/hunter22/)
})

test('rancher-backup: a file of variables has names with hyphens, and paths become whole', async () => {
  using folder = temporaryDirectory()
  const lines = [
    'CATTLE_URL=http://rancher:8080/v1',
    'BACKUP_DUPLICITY_url=file:///far',
    'BACKUP_DUPLICITY_target-path=/bk',
    'BACKUP_DUPLICITY_source-path=data/../source/',
    'BACKUP_DUPLICITY_encrypt-key=ABCD',
    'BACKUP_MODULE_rancher-db=false',
  ]
  writeFileSync(join(folder.path, 'rb.env'), lines.join('\n'))
  const source = { envFiles: ['rb.env'], environment: {}, directory: folder.path }
  const { signal } = new AbortController()
  const yaml = importedConfig('rancher-backup', await readWorld(source, { signal }), NOW)
  const directory = resolve('source')
  expect(parseConfig(yaml)).toMatchObject({
    problems: [],
    config: {
      cattle: { into: directory, server: false },
      stores: { offsite: { url: 'file:///far/bk', encryptKey: 'ABCD', target: `dir:${directory}` } },
      tides: { 'rancher-backup': { targets: [`dir:${directory}`] } },
    },
  })
  writeFileSync(join(folder.path, 'rb.env'), [...lines, 'what is this'].join('\n'))
  await expect(readWorld(source, { signal })).rejects.toMatchObject({
    code: 'IMPORT.UNREADABLE',
    message: expect.stringContaining('rb.env: line 7'),
  })
})

test.each([
  [['index', 'templates'], { index: '/opt/backup/config/index' }, false],
  [['index'], {}, true],
] as const)('rancher-backup: with %j mounted', (mounted, found, isTold) => {
  const env = { CATTLE_URL: 'http://rancher:8080', BACKUP_DUPLICITY_url: 'file:///far' }
  const mounts = mounted.map((name) => ({ source: `/srv/${name}`, destination: `/opt/backup/config/${name}` }))
  const container = { name: 'rb', image: 'webcenter/rancher-backup', labels: {}, env, mounts, running: true }
  const world = { containers: [container], envFiles: [], envFilesIn: () => undefined }
  const yaml = importedConfig('rancher-backup', world, NOW)
  expect(parseConfig(yaml).config).toMatchObject({ cattle: found })
  expect(yaml.includes('only /opt/backup/config/index is mounted')).toBe(isTold)
})

test('nothing of the tool, and files that cannot be read', async () => {
  const none = { containers: [], envFiles: [], envFilesIn: () => undefined }
  expect(() => importedConfig('offen', none, NOW)).toThrow(expect.objectContaining({ code: 'IMPORT.NOTHING' }))
  const { signal } = new AbortController()
  const from = { envFiles: [], environment: {}, directory: HERE }
  await expect(readWorld({ ...from, compose: 'nowhere.yaml' }, { signal })).rejects.toMatchObject({
    code: 'IMPORT.UNREADABLE',
  })
  await expect(readWorld({ ...from, compose: 'golden.test.ts' }, { signal })).rejects.toMatchObject({
    code: 'IMPORT.UNREADABLE',
  })
  await expect(readWorld({ ...from, envFiles: ['nowhere.env'] }, { signal })).rejects.toMatchObject({
    code: 'IMPORT.UNREADABLE',
  })
  await expect(readWorld({ ...from, host: 'unix:///nonexistent.sock' }, { signal })).rejects.toMatchObject({
    code: 'PREFLIGHT.DOCKER',
    hint: expect.stringContaining('--compose'),
  })
})
