import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { loadConfig } from './load-config.ts'

test('--config goes before SALVAGE_CONFIG, and that before ./salvage-kit.yaml', async () => {
  using folder = temporaryDirectory()
  const file = (name: string): string => {
    const path = join(folder.path, name)
    writeFileSync(path, `machine: ${name}\n`)
    return path
  }
  const environment = { SALVAGE_CONFIG: file('by-variable') }
  const directory = folder.path
  file('by-option')
  file('salvage-kit.yaml')
  const named = await loadConfig({ file: 'by-option', environment, directory })
  expect(named).toMatchObject({ file: join(directory, 'by-option'), config: { machine: 'by-option' } })
  expect((await loadConfig({ environment, directory })).config.machine).toBe('by-variable')
  const found = await loadConfig({ environment: {}, directory })
  expect(found.config.machine).toBe('salvage-kit.yaml')
  expect(found.placeOf(['machine'])).toBe(`${join(directory, 'salvage-kit.yaml')}:1`)
})

test('a named file that is not there is an error, and says who named it', async () => {
  using folder = temporaryDirectory()
  const directory = folder.path
  await expect(loadConfig({ file: 'gone', environment: {}, directory })).rejects.toMatchObject({
    code: 'CONFIG.NOT_FOUND',
    why: '--config names it',
  })
  await expect(loadConfig({ environment: { SALVAGE_CONFIG: '/gone' }, directory })).rejects.toMatchObject({
    code: 'CONFIG.NOT_FOUND',
    why: 'SALVAGE_CONFIG names it',
  })
})

test('a directory in place of the file is an error of its own', async () => {
  using folder = temporaryDirectory()
  await expect(loadConfig({ file: '.', environment: {}, directory: folder.path })).rejects.toMatchObject({
    code: 'CONFIG.UNREADABLE',
  })
})

test('one fault is said whole, several on a line each', async () => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'c.yaml')
  const search = { file, environment: {}, directory: folder.path }
  writeFileSync(file, 'tides:\n  d: { cron: never }\n')
  await expect(loadConfig(search)).rejects.toMatchObject({
    code: 'CONFIG.INVALID',
    message: `${file}:2:14: tides.d.cron: "never" is not a schedule`,
    why: 'it has 1 fields, not five or six',
  })
  writeFileSync(file, 'machin: x\ntides:\n  d: { cron: never }\n')
  await expect(loadConfig(search)).rejects.toMatchObject({
    message: `${file}: 2 things are wrong`,
    why: expect.stringMatching(/^1:1 machin: unknown key .*\n3:14 tides\.d\.cron: .*$/),
  })
})

test('of many faults the first ones are said, and how many others there are', async () => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'c.yaml')
  writeFileSync(file, Array.from({ length: 40 }, (_, at) => `x${String(at)}: 1\n`).join(''))
  const error: unknown = await loadConfig({ file, environment: {}, directory: folder.path }).catch(
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({
    message: `${file}: 40 things are wrong`,
    why: expect.stringMatching(/^1:1 x0: [^]*\n12:1 x11: .*\nand 28 more$/),
  })
})

test('MACHINE names the machine where no file does', async () => {
  using folder = temporaryDirectory()
  const directory = folder.path
  const machineOf = async (MACHINE: string): Promise<string | undefined> =>
    (await loadConfig({ environment: { MACHINE }, directory })).config.machine
  expect([await machineOf('box'), await machineOf('')]).toEqual(['box', undefined])
  writeFileSync(join(directory, 'salvage-kit.yaml'), 'state: /state\n')
  expect(await machineOf('box')).toBe('box')
  writeFileSync(join(directory, 'salvage-kit.yaml'), 'machine: mine\n')
  expect(await machineOf('box')).toBe('mine')
})
