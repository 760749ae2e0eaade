import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRedactor } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { readRancher } from './rancher-session.ts'

test('a password in the URL is renewed whenever the settings are read', async () => {
  using folder = temporaryDirectory()
  const former = process.env['FTP_PASSWORD']
  const read = async (url: string): Promise<string | undefined> => {
    writeFileSync(
      join(folder.path, 'rb.yml'),
      `duplicity:\n  url: ${url}\nmodule:\n  databases: false\n  stack: false\n  rancher-db: false\n`,
    )
    await readRancher({
      options: { configFile: 'rb.yml' },
      terminal: { environment: { APP_HOME: folder.path }, directory: folder.path, redactor: createRedactor() },
    })
    return process.env['FTP_PASSWORD']
  }
  expect(await read('ftp://me:first@far')).toBe('first')
  expect(await read('ftp://me:second@far')).toBe('second')
  expect(await read('ftp://me@far')).toBe(former)
})
