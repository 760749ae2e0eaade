import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { engineNamed } from '../recipe.ts'
import type { ExecPort } from '../port.ts'
import { databaseOf } from './database.ts'
import { survey } from './survey.ts'

const engine = engineNamed('redis')
if (engine === undefined) throw new Error('no engine')
const recipe = { engine, settings: {} }
const part = Buffer.from('all').toString('hex')

function rising(refusals: readonly string[], stderr = ''): { readonly port: ExecPort; readonly asked: () => number } {
  let asked = 0
  const port: ExecPort = {
    exec: () => {
      const reason = refusals[asked]
      asked += 1
      const said = reason === undefined ? `part=${part}\n` : `fail=${reason}\n`
      return Promise.resolve({
        stdout: Readable.from([Buffer.from(said)]),
        ended: Promise.resolve({ code: reason === undefined ? 0 : 1, stderr }),
      })
    },
  }
  return { port, asked: () => asked }
}

const ask = (port: ExecPort, patienceMs?: number, signal = new AbortController().signal) =>
  survey(databaseOf(port, recipe, { where: 'here', signal, ...(patienceMs === undefined ? {} : { patienceMs }) }))

test('a database that just rose is asked until it answers, while the patience lasts', async () => {
  const one = rising(['UNREACHABLE'])
  expect((await ask(one.port, 60_000)).parts).toHaveLength(1)
  expect(one.asked()).toBe(2)
  const two = rising(['UNREACHABLE'])
  await expect(ask(two.port)).rejects.toMatchObject({ code: 'DUMP.UNREACHABLE' })
  expect(two.asked()).toBe(1)
})

test('what does not change by waiting is told at once, and who aborts waits no more', async () => {
  const one = rising(['NO_TOOL'])
  await expect(ask(one.port, 60_000)).rejects.toMatchObject({ code: 'DUMP.NO_TOOL' })
  expect(one.asked()).toBe(1)
  const stop = new AbortController()
  const waiting = ask(rising(Array.from({ length: 99 }, () => 'UNREACHABLE')).port, 60_000, stop.signal)
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow()
})

test.each([
  'psql: error: FATAL:  password authentication failed for user "postgres"',
  "ERROR 1045 (28000): Access denied for user 'root'@'127.0.0.1' (using password: YES)",
  'AUTH failed: WRONGPASS invalid username-password pair or user is disabled.',
  'NOAUTH Authentication required.',
  'unable to authenticate using mechanism "SCRAM-SHA-256": (AuthenticationFailed) Authentication failed.',
  'curl: (22) The requested URL returned error: 401',
])('a server that refuses who asks is not waited for: %s', async (stderr) => {
  const one = rising(['UNREACHABLE'], stderr)
  await expect(ask(one.port, 60_000)).rejects.toMatchObject({
    code: 'DUMP.REFUSED',
    why: stderr,
    hint: expect.stringMatching(/salvage\.dump\.user and salvage\.dump\.password/),
    retryable: false,
  })
  expect(one.asked()).toBe(1)
})

test('a server that rises says other things, and is waited for', async () => {
  const one = rising(['UNREACHABLE'], 'FATAL:  the database system is starting up')
  expect((await ask(one.port, 60_000)).parts).toHaveLength(1)
})
