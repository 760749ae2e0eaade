import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Provisioner } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import type { TemporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { directoryProvisioner } from './directory-provisioner.ts'

const options = { signal: new AbortController().signal }
let folder: TemporaryDirectory
let provisioner: Provisioner
const at = (name: string): string => join(folder.path, name)

beforeEach(() => {
  folder = temporaryDirectory()
  provisioner = directoryProvisioner(at('state'))
})
afterEach(() => {
  folder[Symbol.dispose]()
})

test('an empty directory is used, and left empty with its mode', async () => {
  mkdirSync(at('place'), { mode: 0o751 })
  const token = await provisioner.prepare(`dir:${at('place')}`, 'run', options)
  expect(await provisioner.create(token, options)).toEqual({ medium: 'directory', path: at('place') })
  mkdirSync(at('place/sub'))
  writeFileSync(at('place/sub/file'), 'x')
  chmodSync(at('place'), 0o500)
  await provisioner.remove(token, options)
  expect(readdirSync(at('place'))).toEqual([])
  expect(statSync(at('place')).mode & 0o7777).toBe(0o751)
})

test.each([
  ['a directory with content', () => mkdirSync(at('place/sub'), { recursive: true }), 'a directory with content'],
  ['a file', () => writeFileSync(at('place'), ''), 'a file'],
  ['a link to an empty directory', () => (mkdirSync(at('e')), symlinkSync('e', at('place'))), 'a symbolic link'],
  ['a link to nothing', () => symlinkSync('nowhere', at('place')), 'a symbolic link'],
])('%s occupies the place', async (_name, occupy, what) => {
  occupy()
  await expect(provisioner.prepare(`dir:${at('place')}`, 'run', options)).rejects.toMatchObject({
    code: 'RESTORE.OCCUPIED',
    why: `${what} stands there`,
  })
})

test('a parent that is not there, or no directory, is refused', async () => {
  writeFileSync(at('file'), '')
  await expect(provisioner.prepare(`dir:${at('none/place')}`, 'run', options)).rejects.toMatchObject({
    code: 'RESTORE.NO_PARENT',
    why: `there is no directory ${at('none')}`,
  })
  await expect(provisioner.prepare(`dir:${at('file/place')}`, 'run', options)).rejects.toMatchObject({
    code: 'RESTORE.NO_PARENT',
  })
  await expect(provisioner.prepare(`dir:${at('../place')}`, 'run', options)).resolves.toBeDefined()
  await expect(provisioner.prepare(`dir:/srv/../place`, 'run', options)).rejects.toMatchObject({
    code: 'REFERENCE.INVALID',
  })
})

test('where nothing can be made is refused, with what the system says', async () => {
  const made = provisioner
    .prepare('dir:/proc/salvage-place', 'run', options)
    .then((token) => provisioner.create(token, options))
  await expect(made).rejects.toMatchObject({
    code: 'RESTORE.NO_PARENT',
    message: '/proc/salvage-place cannot be made',
    hint: 'name a place where this user may make directories',
  })
})

test('what somebody else put there before create is refused, and stays', async () => {
  const token = await provisioner.prepare(`dir:${at('place')}`, 'run', options)
  mkdirSync(at('place'))
  writeFileSync(at('place/theirs'), 'precious')
  await expect(provisioner.create(token, options)).rejects.toMatchObject({ code: 'RESTORE.OCCUPIED' })
  await provisioner.remove(token, options)
  expect(readFileSync(at('place/theirs'), 'utf8')).toBe('precious')
})

test('what somebody else put into an empty directory before create stays', async () => {
  mkdirSync(at('place'))
  const token = await provisioner.prepare(`dir:${at('place')}`, 'run', options)
  writeFileSync(at('place/theirs'), 'precious')
  await expect(provisioner.create(token, options)).rejects.toMatchObject({ code: 'RESTORE.OCCUPIED' })
  await provisioner.remove(token, options)
  expect(readdirSync(at('place'))).toEqual(['theirs'])
})

test('another directory that took the place meanwhile stays', async () => {
  const token = await provisioner.prepare(`dir:${at('place')}`, 'run', options)
  await provisioner.create(token, options)
  renameSync(at('place'), at('moved'))
  mkdirSync(at('place'))
  writeFileSync(at('place/theirs'), '')
  await provisioner.remove(token, options)
  expect(readdirSync(at('place'))).toEqual(['theirs'])
})

test('a link that took the place meanwhile is not followed', async () => {
  const token = await provisioner.prepare(`dir:${at('place')}`, 'run', options)
  await provisioner.create(token, options)
  rmSync(at('place'), { recursive: true })
  mkdirSync(at('theirs/sub'), { recursive: true })
  symlinkSync('theirs', at('place'))
  await provisioner.remove(token, options)
  expect(existsSync(at('theirs/sub'))).toBe(true)
})

test('links inside are removed, not what they lead to', async () => {
  mkdirSync(at('theirs/sub'), { recursive: true })
  const token = await provisioner.prepare(`dir:${at('place')}`, 'run', options)
  await provisioner.create(token, options)
  symlinkSync(at('theirs'), at('place/link'))
  writeFileSync(Buffer.concat([Buffer.from(at('place/')), Buffer.from([0xff, 0x0a])]), '')
  await provisioner.remove(token, options)
  expect(existsSync(at('place'))).toBe(false)
  expect(existsSync(at('theirs/sub'))).toBe(true)
})

test('a process that died right after it had made the directory leaves nothing behind', async () => {
  const token = await provisioner.prepare(`dir:${at('place')}`, 'run', options)
  mkdirSync(at('place'))
  await provisioner.remove(token, options)
  expect(existsSync(at('place'))).toBe(false)
})
