import { expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { parseConfig } from './parse-config.ts'

const GOOD = `
machine: pebble
state: /var/lib/salvage-kit
docker: { host: unix:///run/docker.sock }
stores:
  nas: archive:/mnt/nas/backups
  off-site:
    kind: restic
    address: sftp:backup@far.example:/repo
    passwordFile: /etc/salvage-kit/restic.pass
cranes:
  borg:
    image: ghcr.io/example/crane-borg:1
    env: { BORG_REPO: /repo, LEVEL: 3 }
    mounts: { borg-cache: /cache }
    maxConcurrent: 2
    timeout: 6h
directories:
  - path: /srv/app
    tides: [nightly]
    hooks:
      pre: systemctl stop app
      post: [systemctl, start, app]
      timeout: 30s
      exitCodes: accept:0,5
tides:
  nightly:
    cron: "0 3 * * *"
    targets: [docker:pgdata, dir:/etc]
    grouping: smart
    to: nas
    keep: { last: 3, daily: 7, within: 2d }
    maxHold: 30m
    maxConcurrent: 2
  weekly: { cron: "@weekly", crane: borg, targets: [docker:media] }
`

test('a whole configuration is read, with spans of time in milliseconds', () => {
  const { config, problems } = parseConfig(GOOD)
  expect(problems).toEqual([])
  expect(config?.tides?.['nightly']).toEqual({
    cron: '0 3 * * *',
    targets: ['docker:pgdata', 'dir:/etc'],
    grouping: 'smart',
    to: 'nas',
    keep: { last: 3, daily: 7, withinMs: 172_800_000 },
    maxHold: 1_800_000,
    maxConcurrent: 2,
  })
  expect(config?.cranes?.['borg']?.env).toEqual({ BORG_REPO: '/repo', LEVEL: '3' })
})

test('an empty file is an empty configuration', () => {
  expect(parseConfig('').config).toEqual({})
  expect(parseConfig('# nothing yet\n').config).toEqual({})
})

test('all problems come at once, in the order of the file', () => {
  const { problems } = parseConfig('tides:\n  d: { cron: no, grouping: no }\nmachin: x\n')
  expect(problems.map(({ line, path }) => [line, path])).toEqual([
    [2, 'tides.d.cron'],
    [2, 'tides.d.grouping'],
    [3, 'machin'],
  ])
})

test('the example of the documentation is good', () => {
  const example = readFileSync(new URL('../../../../examples/salvage-kit.yaml', import.meta.url), 'utf8')
  const { config, problems } = parseConfig(example)
  expect(problems).toEqual([])
  expect(Object.keys(config ?? {})).toEqual(['machine', 'stores', 'cranes', 'directories', 'tides'])
})
