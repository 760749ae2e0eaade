import * as fc from 'fast-check'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { localFolder, normaliseAddress, redacted } from './address.ts'
import { resticStore } from './restic-store.ts'

test.each([
  ['/repo', '/repo', '/repo'],
  ['/repo/', '/repo', '/repo'],
  ['repo', resolve('repo'), resolve('repo')],
  ['local:repo', `local:${resolve('repo')}`, resolve('repo')],
  ['@address', `@${resolve('address')}`, undefined],
  ['sftp:user@host:/repo', 'sftp:user@host:/repo', undefined],
  ['rest:https://user@host:8000/', 'rest:https://user@host:8000/', undefined],
  ['rest:https://host/a:b@c/', 'rest:https://host/a:b@c/', undefined],
  ['s3:https://s3.example.org/bucket', 's3:https://s3.example.org/bucket', undefined],
  ['b2:bucket:path', 'b2:bucket:path', undefined],
  ['rclone:remote:path', 'rclone:remote:path', undefined],
])('%j means %j', (address, normal, folder) => {
  expect(normaliseAddress(address)).toBe(normal)
  if (!address.startsWith('@')) expect(localFolder(normal)).toBe(folder)
})

test.each(['s3cret', 's3@cret', ':s3cret'])('an address with a password is refused, and %j is not told', (password) => {
  const refused = (): unknown => resticStore(`rest:https://somebody:${password}@host/`)
  expect(refused).toThrow(expect.objectContaining({ code: 'STORE.SECRET_IN_ADDRESS' }))
  expect(refused).toThrow('the address rest:https://somebody:***@host/ holds')
})

test('a store is plain data, its password file an absolute path', () => {
  expect(resticStore('/repo', { passwordFile: 'password' })).toEqual({
    ref: 'restic:/repo',
    crane: 'restic',
    settings: { address: '/repo', passwordFile: resolve('password') },
  })
})

test.each(['', 'a\nb'])('%j is no address', (address) => {
  expect(() => resticStore(address)).toThrow(expect.objectContaining({ code: 'REFERENCE.INVALID' }))
})

test('no password of an address comes through', () => {
  const secret = fc.stringMatching(/^[a-zA-Z0-9%+=]{3,20}$/)
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (password, before, after) => {
      fc.pre(!before.includes(password) && !after.includes(password))
      const address = `rest:https://somebody:${password}@host/`
      expect(redacted(`${before} ${address} ${password} ${after}`, address)).not.toContain(password)
      expect(redacted(`${before} ${address}`)).not.toContain(`:${password}@`)
    }),
  )
})
