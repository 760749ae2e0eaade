import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { zoneFinding } from './zone-finding.ts'

const directory = mkdtempSync(join(tmpdir(), 'zone-'))
afterAll(() => rmSync(directory, { recursive: true }))

function fileOf(rule: string): string {
  const path = join(directory, rule.replaceAll(/\W/g, '-'))
  writeFileSync(path, `TZif2\0\x01\xff\n${rule}\n`, 'latin1')
  return path
}

test('a zone file that nobody heeds is told', () => {
  const vienna = fileOf('CET-1CEST,M3.5.0,M10.5.0/3')
  expect(zoneFinding({}, 'UTC', vienna)?.message).toContain('CET-1CEST')
  expect(zoneFinding({}, 'Europe/Vienna', vienna)).toBeUndefined()
  expect(zoneFinding({ TZ: 'UTC' }, 'UTC', vienna)).toBeUndefined()
})

test('UTC is UTC, and no file is none', () => {
  expect(zoneFinding({}, 'UTC', fileOf('UTC0'))).toBeUndefined()
  expect(zoneFinding({}, 'UTC', fileOf('GMT0'))).toBeUndefined()
  expect(zoneFinding({}, 'UTC', join(directory, 'none'))).toBeUndefined()
})
