import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { eventsOf, salvageKit } from '../salvage-kit.ts'
import type { Running } from '../salvage-kit.ts'

const tar = part('tar-xattrs')
const restic = part('restic')

function tree(folder: string): void {
  mkdirSync(join(folder, 'app/sub'), { recursive: true })
  writeFileSync(join(folder, 'app/file'), 'content\n')
  writeFileSync(join(folder, 'app/sub/new\nline'), 'x'.repeat(100_000))
  chmodSync(join(folder, 'app/file'), 0o640)
  symlinkSync('../file', join(folder, 'app/sub/link'))
}

/** Resolves when the condition holds; rejects when the command ends before. */
async function until(condition: () => boolean, running: Running): Promise<void> {
  const { exitCode } = running.child
  if (exitCode !== null) throw new Error(`ended with ${String(exitCode)}: ${(await running.ended).err}`)
  if (condition()) return
  await sleep(20)
  await until(condition, running)
}

const STORES = [
  ['archive', tar, (folder: string) => ({ store: `archive:${folder}/backups`, options: [] })],
  [
    'restic',
    restic,
    (folder: string) => ({ store: `restic:${folder}/repo`, options: ['--password-file', `${folder}/password`] }),
  ],
] as const

describe.each(STORES)('a directory and a store of kind %s', (kind, needed, storeOf) => {
  test.skipIf(!needed.available)('run, list, restore, verify, prune', async () => {
    using folder = temporaryDirectory()
    tree(folder.path)
    writeFileSync(join(folder.path, 'password'), 'secret word\n', { mode: 0o600 })
    const sk = salvageKit(folder.path)
    const { store, options } = storeOf(folder.path)

    const first = await sk('run', 'dir:app', '--to', store, ...options, '--init').ended
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^run \S+: good after .*dir:.*\/app +good/s) })
    writeFileSync(join(folder.path, 'app/file'), 'other\n')
    const second = await sk('run', 'dir:app', '--to', store, ...options, '--json').ended
    expect([second.code, second.err]).toEqual([0, ''])
    const events = eventsOf(second.out)
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['run.started', 'lift.finished']))
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', report: { outcome: 'good', version: 1 } })

    const listed = await sk('list', 'dir:app', '--from', store, ...options, '--json').ended
    const { points } = JSON.parse(listed.out)
    expect(points).toMatchObject([{ target: `dir:${folder.path}/app`, state: 'good' }, { state: 'good' }])
    if (kind === 'archive') expect(points[0]).toMatchObject({ bytes: 100_008, files: 3 })
    const table = await sk('list', '--from', store, ...options).ended
    expect(table.out.split('\n')[0]).toMatch(/^POINT +TAKEN +TARGET +STORE +STATE +SIZE$/)
    expect(table.out.split('\n').filter(Boolean)).toHaveLength(3)

    const restored = await sk('restore', points[0].id, '--from', store, ...options, '--to', 'dir:out').ended
    expect(restored.code).toBe(0)
    expect(readFileSync(join(folder.path, 'out/file'), 'utf8')).toBe('content\n')
    await command('diff', ['-r', '--no-dereference', join(folder.path, 'app/sub'), join(folder.path, 'out/sub')])
    const again = await sk('restore', points[0].id, '--from', store, ...options, '--to', 'dir:out').ended
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('error: ') })

    // Of a target the newest good point, beside the target, without naming the store.
    const beside = await sk('restore', 'dir:app', ...options, '--json').ended
    expect(beside.code).toBe(0)
    const lowered = eventsOf(beside.out).find(({ type }) => type === 'lower.finished')
    const place = String(lowered?.['target']).replace('dir:', '')
    expect(place).toMatch(/\/app-restored-\d{8}-\d{6}$/)
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('other\n')

    const asked = await sk('restore', points[0].id, '--in-place', ...options).ended
    expect(asked).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect(readFileSync(join(folder.path, 'app/file'), 'utf8')).toBe('other\n')
    expect((await sk('restore', points[0].id, '--in-place', '--yes', ...options).ended).code).toBe(0)
    expect(readFileSync(join(folder.path, 'app/file'), 'utf8')).toBe('content\n')

    expect((await sk('verify', 'dir:app', ...options).ended).code).toBe(0)
    const dry = await sk('prune', '--from', store, ...options, '--keep-last', '1', '--dry-run').ended
    expect(dry.out).toMatch(/would go .*\nkeep .*1 point kept, 1 would go.*; without --dry-run they go\n$/s)
    const pruned = await sk('prune', '--from', store, ...options, '--keep-last', '1', '--json').ended
    expect(JSON.parse(pruned.out)).toMatchObject({ dryRun: false, removed: [{ id: points[0].id }] })
    expect(JSON.parse((await sk('list', '--from', store, ...options, '--json').ended).out).points).toHaveLength(1)

    const history = JSON.parse((await sk('history', '--json').ended).out)
    expect(history.runs.map(({ kind: what }: { kind: string }) => what)).toEqual([
      'restore',
      'restore',
      'restore',
      'run',
      'run',
    ])
    const everything = await command('grep', ['-rl', 'secret word', folder.path])
    expect(everything.trim().split('\n')).toEqual([join(folder.path, 'password')])
    expect(kind).toBe(store.split(':')[0])
  })
})

/** `pre` says that it began, and takes as long as it is told to; `post` says that it ran. */
function configured(folder: string, seconds: number, after = 0): void {
  tree(folder)
  writeFileSync(
    join(folder, 'salvage-kit.yaml'),
    `directories:
  - path: ${folder}/app
    tides: [nightly]
    hooks:
      pre: { run: "echo pre >> ${folder}/hooks; sleep ${String(seconds)}", shell: true }
      post: { run: "echo post >> ${folder}/hooks; sleep ${String(after)}", shell: true }
stores: { here: "archive:${folder}/backups" }
tides:
  nightly: { to: here, targets: ["dir:${folder}/lost"] }
`,
  )
}
const hooksOf = (folder: string): string =>
  existsSync(join(folder, 'hooks')) ? readFileSync(join(folder, 'hooks'), 'utf8') : ''

describe.skipIf(!tar.available)('with hooks', () => {
  test('a tide goes without what is lost, is partial, and says so', async () => {
    using folder = temporaryDirectory()
    configured(folder.path, 0)
    const sk = salvageKit(folder.path)
    const plan = await sk('plan', '--tide', 'nightly').ended
    expect(plan.out).toMatch(/comes to rest.*app.*lift dir:.*\/app to archive:.*skipped:\n  dir:.*\/lost: /s)
    expect(hooksOf(folder.path)).toBe('')
    const { code, out } = await sk('run', '--tide', 'nightly').ended
    expect([code, hooksOf(folder.path)]).toEqual([3, 'pre\npost\n'])
    expect(out).toContain('skipped, 1 target')
  })

  test('a plan of a file is run as it stands', async () => {
    using folder = temporaryDirectory()
    configured(folder.path, 0)
    const sk = salvageKit(folder.path)
    const plan = await sk('plan', 'dir:app', '--json').ended
    writeFileSync(join(folder.path, 'plan.json'), plan.out)
    const { runId } = JSON.parse(plan.out)
    const { code, out } = await sk('run', '--plan', 'plan.json', '--json').ended
    expect([code, hooksOf(folder.path)]).toEqual([0, 'pre\npost\n'])
    expect(eventsOf(out).at(-1)).toMatchObject({ report: { runId, outcome: 'good' } })
    writeFileSync(join(folder.path, 'plan.json'), plan.out.replace(/"version": \d+/, '"version": 99'))
    expect(await sk('run', '--plan', 'plan.json').ended).toMatchObject({
      code: 2,
      err: expect.stringContaining('version 99'),
    })
    expect((await sk('run', '--plan', 'none.json').ended).code).toBe(2)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('%s puts everything back and gives 130', async (signal) => {
    using folder = temporaryDirectory()
    configured(folder.path, 60)
    const running = salvageKit(folder.path)('run', 'dir:app')
    await until(() => hooksOf(folder.path) === 'pre\n', running)
    running.child.kill(signal)
    const { code, err } = await running.ended
    expect([code, hooksOf(folder.path)]).toEqual([130, 'pre\npost\n'])
    expect(err).toContain(`${signal}: stopping`)
  })

  test('a second signal waits for the way back, a later one does not, and the journal knows', async () => {
    using folder = temporaryDirectory()
    configured(folder.path, 60, 8)
    const sk = salvageKit(folder.path)
    const running = sk('run', 'dir:app')
    await until(() => hooksOf(folder.path) === 'pre\n', running)
    running.child.kill('SIGTERM')
    await sleep(200)
    running.child.kill('SIGINT')
    await sleep(5500)
    await until(() => hooksOf(folder.path) === 'pre\npost\n', running)
    running.child.kill('SIGINT')
    const { code, err } = await running.ended
    expect(code).toBe(130)
    expect(err).toMatch(/SIGTERM: stopping.*SIGINT: still putting back.*SIGINT: leaving at once/s)
    expect((await sk('recover').ended).code).toBe(0)
    expect(hooksOf(folder.path)).toBe('pre\npost\npost\n')
  })

  test('after SIGKILL the next command puts back, and the one after that nothing', async () => {
    using folder = temporaryDirectory()
    configured(folder.path, 60)
    const sk = salvageKit(folder.path)
    const running = sk('run', 'dir:app')
    await until(() => hooksOf(folder.path) === 'pre\n', running)
    expect((await sk('doctor').ended).code).toBe(4)
    const busy = await sk('run', 'dir:app').ended
    expect([busy.code, hooksOf(folder.path)]).toEqual([6, 'pre\n'])
    running.child.kill('SIGKILL')
    await running.ended
    const recovered = await sk('recover', '--json').ended
    expect([recovered.code, hooksOf(folder.path)]).toEqual([0, 'pre\npost\n'])
    expect(eventsOf(recovered.out).at(-1)).toMatchObject({ type: 'recover.finished', stuck: [] })
    expect(await sk('recover').ended).toEqual({ code: 0, out: 'nothing to recover\n', err: '' })
    expect(hooksOf(folder.path)).toBe('pre\npost\n')
  })
})

test.skipIf(!restic.available)(
  'a missing repository and a wrong password fail before anything is touched',
  async () => {
    using folder = temporaryDirectory()
    tree(folder.path)
    writeFileSync(join(folder.path, 'password'), 'right\n')
    writeFileSync(join(folder.path, 'wrong'), 'wrong\n')
    const sk = salvageKit(folder.path)
    const missing = await sk('run', 'dir:app', '--to', 'restic:repo', '--password-file', 'password').ended
    expect(missing).toMatchObject({ code: 5, err: expect.stringContaining('nothing was touched') })
    expect(
      (await sk('run', 'dir:app', '--to', 'restic:repo', '--password-file', 'password', '--init').ended).code,
    ).toBe(0)
    const wrong = await sk('run', 'dir:app', '--to', 'restic:repo', '--password-file', 'wrong', '--json').ended
    expect([wrong.code, eventsOf(wrong.out.replace('{"error"', '{"type":"error","error"')).at(-1)]).toMatchObject([
      5,
      { error: { code: 'PREFLIGHT.FAILED' } },
    ])
  },
)

test('a directory that is not there, a state that cannot be', async () => {
  using folder = temporaryDirectory()
  const sk = salvageKit(folder.path)
  const gone = await sk('run', 'dir:gone', '--to', 'archive:backups').ended
  expect(gone).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/there is no target dir:.*gone.*there is no directory/s),
  })
  writeFileSync(join(folder.path, 'file'), '')
  expect((await sk('history', '--state', 'file/state').ended).code).toBe(5)
})
