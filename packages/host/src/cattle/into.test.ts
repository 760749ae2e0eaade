import { expect, test } from 'vitest'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load-config.ts'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkCattle } from './check-cattle.ts'
import { isOnlyInto, needsInto } from './into.ts'

test.each(['/srv/dumps', '/srv/dumps/', '/srv//dumps', '/srv/./dumps'])('%s is the directory', (into) => {
  const config: Config = { cattle: { into } }
  const scope = { targets: [], stores: [] }
  expect(isOnlyInto(config, ['dir:/srv/dumps'])).toBe(true)
  expect(needsInto(config, { named: ['dir:/srv/dumps'], scope, pending: [] })).toBe(true)
  expect(needsInto(config, { named: ['dir:/srv'], scope, pending: [] })).toBe(false)
})

test.each([
  ['dir:/srv/dumps', 0],
  ['dir:/srv', 1],
  ['dir:/srv/dumps/dump', 1],
])('a tide of %s leaves %i problem of dumps that nobody makes', async (target, count) => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'salvage-kit.yaml')
  const cattle = 'cattle: { url: "https://rancher.example", into: /srv/dumps/ }'
  writeFileSync(file, `${cattle}\ntides: { all: { targets: ["${target}"], to: "archive:///srv/store" } }\n`)
  const loaded = await loadConfig({ file, environment: {}, directory: folder.path })
  const found = await checkCattle(loaded)
  expect(found.map(({ code, hint }) => [code, hint])).toEqual(
    Array.from({ length: count }, () => ['PREFLIGHT.CATTLE', 'add dir:/srv/dumps to the targets of a tide']),
  )
})
