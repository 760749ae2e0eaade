import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import type { TemporaryDirectory } from '@salvage-kit/testbed'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { markedProcesses, processAt } from '../process/process-table.ts'
import { commandQuiescer } from './command-quiescer.ts'
import { parseHookToken } from './hook-token.ts'

const quiescer = commandQuiescer()
const options = { signal: new AbortController().signal }
const yes = { ...options, quiesced: 'yes' } as const
const maybe = { ...options, quiesced: 'maybe' } as const
const root = process.geteuid?.() === 0
let folder: TemporaryDirectory
const at = (name: string): string => join(folder.path, name)
const shell = (run: string): Json => ({ run, shell: true })
const prepare = (settings: Json): Promise<Json> => quiescer.prepare('hook:/srv/app', settings, options)
const log = (): string => (existsSync(at('log')) ? readFileSync(at('log'), 'utf8') : '')

beforeEach(() => {
  folder = temporaryDirectory()
})
afterEach(() => {
  folder[Symbol.dispose]()
})

test('pre runs in quiesce, post in resume, each told what it is', async () => {
  const run = `echo "$SALVAGE_WORKLOAD $SALVAGE_PHASE $SALVAGE_QUIESCED $(pwd)" >>${at('log')}`
  const token = await prepare({ pre: shell(run), post: shell(run) })
  expect(log()).toBe('')
  await quiescer.quiesce(token, options)
  expect(log()).toBe('hook:/srv/app pre yes /\n')
  expect(await quiescer.resume(token, yes)).toEqual([])
  expect(log()).toBe('hook:/srv/app pre yes /\nhook:/srv/app post yes /\n')
})

test('a list is no command for a shell', async () => {
  await quiescer.quiesce(await prepare({ pre: ['touch', at('$HOME && x *')] }), options)
  expect(existsSync(at('$HOME && x *'))).toBe(true)
})

test('post runs without a pre, pre without a post', async () => {
  const post = await prepare({ post: ['touch', at('post')] })
  await quiescer.quiesce(post, options)
  await quiescer.resume(post, yes)
  expect(existsSync(at('post'))).toBe(true)
  const pre = await prepare({ pre: ['touch', at('pre')] })
  await quiescer.quiesce(pre, options)
  expect(await quiescer.resume(pre, yes)).toEqual([])
  expect(existsSync(at('pre'))).toBe(true)
})

describe('exit codes', () => {
  test.each([
    ['fail', 0, true],
    ['fail', 1, false],
    ['ignore', 99, true],
    ['1,3-5', 2, true],
    ['1,3-5', 4, false],
    ['accept:0,2', 2, true],
    ['accept:2', 0, false],
  ])('%s: code %d is good: %s', async (exitCodes, code, good) => {
    const token = await prepare({ pre: shell(`echo no room >&2; exit ${String(code)}`), exitCodes })
    const quiesced = quiescer.quiesce(token, options)
    if (good) await quiesced
    else
      await expect(quiesced).rejects.toMatchObject({
        code: 'HOOK.FAILED',
        message: `the pre command of hook:/srv/app (/bin/sh) ended with code ${String(code)}`,
        why: 'no room',
      })
  })

  test('a command that a signal ends did badly, whatever the rule', async () => {
    const token = await prepare({ pre: shell('kill -KILL $$'), exitCodes: 'ignore' })
    await expect(quiescer.quiesce(token, options)).rejects.toMatchObject({
      code: 'HOOK.FAILED',
      message: 'the pre command of hook:/srv/app (/bin/sh) was ended by SIGKILL',
    })
  })

  test('a bad code of post is a failure, and a finding when nobody knows whether pre had run', async () => {
    const token = await prepare({ pre: ['true'], post: shell('echo not running >&2; exit 5') })
    await expect(quiescer.resume(token, yes)).rejects.toMatchObject({ code: 'HOOK.FAILED', retryable: false })
    expect(await quiescer.resume(token, maybe)).toMatchObject([{ code: 'HOOK.POST_FAILED', why: 'not running' }])
  })
})

test('the last 4 KiB of the error output are told', async () => {
  const token = await prepare({ pre: shell(`head -c 100000 /dev/zero | tr '\\0' a >&2; echo end >&2; exit 1`) })
  const error: unknown = await quiescer.quiesce(token, options).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ why: `${'a'.repeat(4092)}end` })
})

describe('time', () => {
  test('a command over its time is ended with all that it has started', async () => {
    const pre = shell(`trap "" TERM; setsid sleep 300 & env -i sleep 301 & echo $! >${at('pid')}; sleep 302; sleep 303`)
    const token = await prepare({ pre, timeoutMs: 300 })
    await expect(quiescer.quiesce(token, options)).rejects.toMatchObject({ code: 'HOOK.TIMEOUT' })
    expect(await markedProcesses(`SALVAGE_HOOK=${parseHookToken(token).id}/pre`)).toEqual([])
    expect(await processAt(Number(readFileSync(at('pid'), 'utf8')))).toBeUndefined()
  })

  test('an abort ends it, too', async () => {
    const controller = new AbortController()
    const token = await prepare({ pre: ['sleep', '300'] })
    const quiesced = quiescer.quiesce(token, { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 100)
    await expect(quiesced).rejects.toThrow('enough')
    expect(await markedProcesses(`SALVAGE_HOOK=${parseHookToken(token).id}/pre`)).toEqual([])
  })

  test('what a command leaves in the background is not waited for, and lives on', async () => {
    const token = await prepare({ post: shell(`sleep 30 & echo $! >${at('pid')}`), timeoutMs: 10_000 })
    await quiescer.resume(token, yes)
    const pid = Number(readFileSync(at('pid'), 'utf8'))
    expect(existsSync(`/proc/${String(pid)}`)).toBe(true)
    process.kill(pid, 'SIGKILL')
  })
})

test('a pre that a dead process left under way is ended before post runs', async () => {
  const token = await prepare({ pre: ['sleep', '300'], post: ['touch', at('post')] })
  const mark = `SALVAGE_HOOK=${parseHookToken(token).id}/pre`
  const orphan = execa('sleep', ['300'], {
    env: { SALVAGE_HOOK: `${parseHookToken(token).id}/pre` },
    reject: false,
  })
  await expect.poll(() => markedProcesses(mark)).toHaveLength(1)
  await commandQuiescer().resume(JSON.parse(JSON.stringify(token)), maybe)
  expect(await markedProcesses(mark)).toEqual([])
  expect((await orphan).signal).toBe('SIGTERM')
  expect(existsSync(at('post'))).toBe(true)
})

describe('what cannot be done is said before anything is done', () => {
  test.each<[string, Json, string]>([
    ['nothing to do', {}, 'HOOK.SETTINGS'],
    ['a text without a shell', { pre: 'echo a' }, 'HOOK.SETTINGS'],
    ['shell: false', { pre: { run: 'echo', shell: false } }, 'HOOK.SETTINGS'],
    ['no program', { pre: [] }, 'HOOK.SETTINGS'],
    ['an empty program', { pre: [''] }, 'HOOK.SETTINGS'],
    ['an unknown key', { pre: ['true'], usr: 'x' }, 'HOOK.SETTINGS'],
    ['no time', { pre: ['true'], timeoutMs: 0 }, 'HOOK.SETTINGS'],
    ['ambiguous codes', { pre: ['true'], exitCodes: '0,1' }, 'LABEL.EXIT_CODES'],
    ['no such program', { pre: ['no-such-program'] }, 'HOOK.PROGRAM'],
    ['no such post', { pre: ['true'], post: ['/no/such/program'] }, 'HOOK.PROGRAM'],
    ['a directory', { pre: ['/usr/bin'] }, 'HOOK.PROGRAM'],
    ['no such user', { pre: ['true'], user: 'no-such-user' }, 'HOOK.USER'],
    ['no such number', { pre: ['true'], user: '54321' }, 'HOOK.USER'],
    ['an option for a user', { pre: ['true'], user: '--help' }, 'HOOK.USER'],
  ])('%s', async (_name, settings, code) => {
    await expect(prepare(settings)).rejects.toMatchObject({ code })
  })
})

describe.skipIf(!root)('as another user', () => {
  test('has its ids, groups, home and a clean environment', async () => {
    process.env['SALVAGE_TEST_SECRET'] = 'secret'
    writeFileSync(at('log'), '')
    await execa('chmod', ['-R', '0777', folder.path])
    const run = `{ id -un; id -gn; echo "$HOME $USER"; env | grep -c SALVAGE_TEST_SECRET; } >${at('log')}`
    const token = await prepare({ pre: shell(`${run} || true`), user: 'daemon' })
    await quiescer.quiesce(token, options)
    delete process.env['SALVAGE_TEST_SECRET']
    const { stdout } = await execa('getent', ['passwd', 'daemon'])
    const [name = '', , , , , home = ''] = stdout.split(':')
    const group = (await execa('id', ['-gn', 'daemon'])).stdout
    expect(log()).toBe(`${name}\n${group}\n${home} ${name}\n0\n`)
  })
})

test.each([{}, { user: root ? 'daemon' : String(process.getuid?.()) }])(
  'a command that cannot be started did badly, whatever the rule (%j)',
  async (user) => {
    writeFileSync(at('program'), '#!/bin/sh\n', { mode: 0o755 })
    const token = await prepare({ pre: [at('program')], exitCodes: 'ignore', ...user })
    rmSync(at('program'))
    await expect(quiescer.quiesce(token, options)).rejects.toMatchObject({ code: 'HOOK.NOT_STARTED' })
  },
)

test('the way back works from JSON in another process', async () => {
  const token = await prepare({ pre: ['true'], post: ['touch', at('post')] })
  await quiescer.quiesce(token, options)
  await commandQuiescer().resume(JSON.parse(JSON.stringify(token)), maybe)
  expect(existsSync(at('post'))).toBe(true)
})
