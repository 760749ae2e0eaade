import { statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { makeDirectory } from './make-directory.ts'

test('makes what is missing on the way, for its owner alone, and bears to be called again', () => {
  using folder = temporaryDirectory()
  const path = join(folder.path, 'a/b/c')
  makeDirectory(path)
  makeDirectory(path)
  for (const name of ['a', 'a/b', 'a/b/c']) expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o700)
  symlinkSync('a', join(folder.path, 'link'))
  makeDirectory(join(folder.path, 'link'))
})

test('says what the system says of a file on the way, and ends where nothing can be made', () => {
  using folder = temporaryDirectory()
  writeFileSync(join(folder.path, 'file'), '')
  expect(() => makeDirectory(join(folder.path, 'file'))).toThrow(/EEXIST/)
  expect(() => makeDirectory(join(folder.path, 'file/state'))).toThrow(/ENOTDIR/)
  expect(() => makeDirectory('/proc/salvage/state')).toThrow(/ENOENT|EACCES|EPERM/)
})
