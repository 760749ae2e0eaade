import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Source, Store } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { markOf } from '../../src/restic/claim.ts'
import { resticStore } from '../../src/restic/restic-store.ts'
import { markedProcesses } from '../../src/process/process-table.ts'
import { restServer } from './rest-server.ts'
import { calm, resticYard } from './restic-yard.ts'
import type { ResticYard } from './restic-yard.ts'

const preflight = { ...calm, init: false } as const
const random = (megabytes: number): Buffer =>
  execFileSync('head', ['-c', `${String(megabytes)}M`, '/dev/urandom'], { maxBuffer: 1e9 })

describe.skipIf(!part('restic').available)('with restic', () => {
  let yard: ResticYard
  beforeEach(() => {
    yard = resticYard()
  })
  afterEach(() => yard[Symbol.dispose]())
  const from = (name: string): Source => ({ medium: 'directory', path: yard.at(name) })
  const points = (store: Store): Promise<unknown[]> => Array.fromAsync(yard.crane.archives?.list(store, calm) ?? [])

  describe('before any hold', () => {
    test('a repository that is not there is missed, and made when asked', async () => {
      const store = resticStore(yard.at('new/repo'), { passwordFile: yard.at('password') })
      await expect(yard.crane.preflight(store, [yard.source], preflight)).rejects.toMatchObject({
        code: 'STORE.NOT_FOUND',
        hint: expect.stringContaining('--init'),
      })
      await expect(points(store)).rejects.toMatchObject({ code: 'STORE.NOT_FOUND' })
      expect(existsSync(yard.at('new'))).toBe(false)
      await yard.crane.preflight(store, [yard.source], { ...calm, init: true })
      expect(await points(store)).toEqual([])
    })

    test('no repository is made where something else stands', async () => {
      const store = resticStore(yard.at('source'), { passwordFile: yard.at('password') })
      await expect(yard.crane.preflight(store, [], { ...calm, init: true })).rejects.toMatchObject({
        code: 'STORE.OCCUPIED',
      })
      expect(readdirSync(yard.at('source'))).toEqual(['sub'])
    })

    test.each([
      ['wrong', 'STORE.WRONG_PASSWORD'],
      ['', 'STORE.NO_PASSWORD'],
    ])('the password %j does not open it', async (password, code) => {
      writeFileSync(yard.at('password'), password)
      await expect(yard.crane.preflight(yard.store, [yard.source], preflight)).rejects.toMatchObject({ code })
      await expect(yard.crane.lift(yard.ref(), yard.source, calm)).rejects.toMatchObject({ code })
      await expect(points(yard.store)).rejects.toMatchObject({ code })
      expect(yard.claims()).toEqual([])
    })

    test('a password file that is not there', async () => {
      rmSync(yard.at('password'))
      await expect(yard.crane.preflight(yard.store, [yard.source], preflight)).rejects.toMatchObject({
        code: 'STORE.NO_PASSWORD',
      })
      await expect(points(yard.store)).rejects.toMatchObject({
        code: 'STORE.NO_PASSWORD',
        message: expect.stringContaining(`there is no file ${yard.at('password')}`),
      })
    })

    test('no password at all, and one from the environment', async () => {
      const store = resticStore(yard.at('repo'))
      await expect(yard.crane.preflight(store, [], preflight)).rejects.toMatchObject({ code: 'STORE.NO_PASSWORD' })
      process.env['RESTIC_PASSWORD'] = 'correct horse'
      try {
        await yard.crane.preflight(store, [], preflight)
      } finally {
        delete process.env['RESTIC_PASSWORD']
      }
    })

    test('a password file counts more than the environment', async () => {
      process.env['RESTIC_PASSWORD_COMMAND'] = 'echo wrong'
      try {
        await yard.crane.preflight(yard.store, [], preflight)
      } finally {
        delete process.env['RESTIC_PASSWORD_COMMAND']
      }
    })

    test('no restic', async () => {
      const path = process.env['PATH']
      process.env['PATH'] = yard.at('nothing')
      try {
        await expect(yard.crane.preflight(yard.store, [], preflight)).rejects.toMatchObject({ code: 'CRANE.MISSING' })
      } finally {
        process.env['PATH'] = path
      }
    })

    test('a source that is gone, is a file, or holds the repository', async () => {
      for (const [name, code] of [
        ['none', 'DIRECTORY.MISSING'],
        ['password', 'DIRECTORY.NOT_A_DIRECTORY'],
        ['.', 'STORE.INSIDE_SOURCE'],
        ['repo', 'STORE.INSIDE_SOURCE'],
      ] as const)
        await expect(yard.crane.preflight(yard.store, [from(name)], preflight)).rejects.toMatchObject({ code })
    })

    test('a server that does not answer', async () => {
      const store = resticStore('rest:http://127.0.0.1:1/', { passwordFile: yard.at('password') })
      await expect(yard.crane.preflight(store, [], { ...calm, init: true })).rejects.toMatchObject({
        code: 'STORE.UNREACHABLE',
        retryable: true,
      })
    })
  })

  describe('a server with a password', () => {
    test('gets it from a file or the environment, and nobody sees it', async () => {
      await using server = await restServer(yard.at('repo'), 'somebody:s3cret')
      writeFileSync(yard.at('address'), `rest:http://somebody:s3cret@${server.host}/\n`, { mode: 0o600 })
      const passwordFile = yard.at('password')
      const inFile = resticStore(`@${yard.at('address')}`, { passwordFile })
      await yard.crane.preflight(inFile, [yard.source], preflight)
      writeFileSync(yard.at('source/data'), random(1))
      server.hold()
      const ref = yard.ref(inFile)
      const lifted = yard.crane.lift(ref, yard.source, calm)
      await expect.poll(yard.locks, { timeout: 20_000 }).toHaveLength(1)
      const entries = await markedProcesses(markOf(ref.id))
      expect(entries.length).toBeGreaterThan(0)
      for (const { pid } of entries)
        expect(readFileSync(`/proc/${String(pid)}/cmdline`, 'latin1')).not.toContain('s3cret')
      for (const name of yard.claims())
        expect(readFileSync(join(yard.state, 'restic', name), 'utf8')).not.toContain('s3cret')
      server.release()
      const { point } = await lifted
      expect(JSON.stringify([inFile, point])).not.toContain('s3cret')

      process.env['RESTIC_REST_PASSWORD'] = 's3cret'
      try {
        const named = resticStore(`rest:http://somebody@${server.host}/`, { passwordFile })
        expect(await points(named)).toMatchObject([{ id: point.id }])
      } finally {
        delete process.env['RESTIC_REST_PASSWORD']
      }
      await using refusing = await restServer(yard.at('nothing'), 'somebody:other')
      writeFileSync(yard.at('address'), `rest:http://somebody:s3cret@${refusing.host}/\n`)
      const error: unknown = await yard.crane.preflight(inFile, [], preflight).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'STORE.UNREACHABLE' })
      expect(JSON.stringify(error)).not.toContain('s3cret')
    })
  })
})
