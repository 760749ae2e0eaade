import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { temporaryDirectory } from '@salvage-kit/testbed'
import type { TemporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventsOf, salvageKit } from '../salvage-kit.ts'
import type { Running } from '../salvage-kit.ts'

let folder: TemporaryDirectory
let sk: (...args: readonly string[]) => Running
let daemon: Running | undefined

beforeEach(() => {
  folder = temporaryDirectory()
  sk = salvageKit(folder.path)
  mkdirSync(join(folder.path, 'a'))
  mkdirSync(join(folder.path, 'store'))
  writeFileSync(join(folder.path, 'a/file'), 'content')
  writeFileSync(
    join(folder.path, 'salvage-kit.yaml'),
    `docker: { enabled: false }
stores: { here: 'archive:${folder.path}/store' }
tides:
  rare: { cron: '0 0 1 1 *', timeZone: Europe/Berlin, to: here, targets: ['dir:${folder.path}/a'], keep: { last: 1 } }
  broken: { to: here, targets: ['dir:${folder.path}/gone'] }
`,
  )
})
afterEach(async () => {
  daemon?.child.kill('SIGKILL')
  await daemon?.ended
  daemon = undefined
  folder[Symbol.dispose]()
})

test('without a daemon, status tells what would be due, and trigger that nobody answers', async () => {
  const status = await sk('status').ended
  expect(status).toMatchObject({ code: 0, err: expect.stringContaining('no daemon runs') })
  expect(status.out).toMatch(/^rare +0 0 1 1 \* Europe\/Berlin +\d{4}-12-31 23:00:00Z +never *$/m)
  expect(status.out).toMatch(/^broken +by hand/m)
  expect((await sk('run', '--tide', 'rare').ended).code).toBe(0)
  expect(JSON.parse((await sk('status', '--json').ended).out)).toMatchObject({
    version: 1,
    tides: [{ name: 'broken' }, { name: 'rare', last: { outcome: 'good' } }],
  })
  expect(await sk('trigger', 'rare').ended).toMatchObject({
    code: 1,
    err: expect.stringContaining('no daemon answers'),
  })
})

test('a run that was refused is the last one, with its reason, by hand and through the daemon', async () => {
  expect((await sk('run', '--tide', 'rare').ended).code).toBe(0)
  rmSync(join(folder.path, 'store'), { recursive: true })
  expect((await sk('run', '--tide', 'rare').ended).code).toBe(5)
  const expectRefused = async (): Promise<void> => {
    const status = await sk('status').ended
    expect(status.out).toMatch(/^rare .* failed, not begun *$/m)
    expect(status.err).toMatch(/last run of tide rare, not begun: .*store/)
  }
  await expectRefused()
  expect((await sk('history').ended).out).toMatch(/ rare +failed, not begun +0\/0 /)
  daemon = sk('daemon', '--json')
  await untilReady()
  expect((await sk('trigger', 'rare').ended).code).toBe(5)
  await expectRefused()
  const { runs } = JSON.parse((await sk('history', '--json').ended).out)
  expect(runs).toMatchObject([
    { report: { outcome: 'failed', refused: { code: 'PREFLIGHT.FAILED' } } },
    { report: { outcome: 'failed', refused: { code: 'PREFLIGHT.FAILED' } } },
    { report: { outcome: 'good' } },
  ])
})

test('a daemon, its status, runs by hand, and its end', async () => {
  daemon = sk('daemon', '--json')
  await untilReady()
  const run = await sk('trigger', 'rare').ended
  expect(run).toMatchObject({ code: 0, err: expect.stringContaining('lifted in') })
  expect(run.out).toMatch(/^run \S+ of tide rare: good/)
  const lines = eventsOf((await sk('trigger', 'rare', '--json').ended).out)
  expect(lines.at(-1)).toMatchObject({ type: 'tide.ended', exitCode: 0, report: { outcome: 'good' } })
  // The keep of the tide was applied.
  expect((await sk('list', '--json').ended).out.match(/"id"/g)).toHaveLength(1)
  expect((await sk('trigger', 'broken').ended).code).toBe(1)
  expect(await sk('trigger', 'rar').ended).toMatchObject({ code: 2, err: expect.stringContaining('no tide "rar"') })
  const { out } = await sk('trigger', 'rare', '--detach').ended
  await expect.poll(async () => (await sk('history', '--json').ended).out).toContain(out.trim())
  expect(await sk('daemon').ended).toMatchObject({ code: 6, err: expect.stringContaining('a daemon runs already') })
  daemon.child.kill('SIGTERM')
  const ended = await daemon.ended
  expect(ended.code).toBe(0)
  expect(eventsOf(ended.out).at(-1)).toMatchObject({ type: 'daemon.stopped', exitCode: 0 })
})

test('a SIGHUP while workloads are put back ends nothing', async () => {
  const mark = join(folder.path, 'down')
  const config = {
    docker: { enabled: false },
    stores: { here: `archive:${folder.path}/store` },
    directories: [
      {
        path: join(folder.path, 'a'),
        hooks: { pre: ['sh', '-c', `touch ${mark}; sleep 1`], post: ['sh', '-c', `sleep 2; rm ${mark}`] },
      },
    ],
    tides: { rare: { cron: '@yearly', to: 'here', targets: [`dir:${folder.path}/a`] } },
  }
  writeFileSync(join(folder.path, 'salvage-kit.yaml'), JSON.stringify(config))
  daemon = sk('daemon', '--json')
  await untilReady()
  await sk('trigger', 'rare', '--detach').ended
  await expect.poll(() => existsSync(mark), { timeout: 20_000 }).toBe(true)
  daemon.child.kill('SIGTERM')
  await delay(500)
  daemon.child.kill('SIGHUP')
  expect((await daemon.ended).code).toBe(0)
  expect(existsSync(mark)).toBe(false)
})

test('a configuration that is wrong is an error at the start', async () => {
  writeFileSync(join(folder.path, 'salvage-kit.yaml'), 'tides: { d: { cron: never } }')
  expect(await sk('daemon').ended).toMatchObject({ code: 2, err: expect.stringContaining('"never" is not a schedule') })
})

async function untilReady(): Promise<void> {
  for (let n = 0; n < 200; n += 1) {
    const { out } = await sk('status', '--json').ended
    if (out.includes('"state": "ready"')) return
    await delay(100)
  }
  throw new Error('the daemon did not get ready')
}

const ready = async (running: Running): Promise<void> => {
  let told = ''
  running.child.stderr?.on('data', (chunk: string) => (told += chunk))
  while (!told.includes('ready')) {
    if (running.child.exitCode !== null) throw new Error(told)
    await delay(20)
  }
}

test('status answers although the configuration is broken by now, as long as a daemon lives', async () => {
  const file = join(folder.path, 'salvage-kit.yaml')
  daemon = sk('daemon')
  await ready(daemon)
  writeFileSync(file, 'tides: { rare: { cron: "never" } }\nfrobnicate: 1\n')
  const status = await sk('status').ended
  expect(status).toMatchObject({ code: 0, out: expect.stringMatching(/^rare /m) })
  expect(status.err).toMatch(/ready\n/)
  daemon.child.kill('SIGTERM')
  expect((await daemon.ended).code).toBe(0)
  expect(await sk('status').ended).toMatchObject({ code: 2, err: expect.stringContaining('frobnicate') })
})

test('speaks of putting back only when there is something to put back', async () => {
  daemon = sk('daemon')
  await ready(daemon)
  daemon.child.kill('SIGTERM')
  const { code, err } = await daemon.ended
  expect(code).toBe(0)
  expect(err).toContain('stopping')
  expect(err).not.toContain('put')
})

test('ends also when something is left open, and says what', async () => {
  const open = 'data:text/javascript,setInterval(()=>undefined,1000)'
  daemon = salvageKit(folder.path, { NODE_OPTIONS: `--import=${open}` })('daemon')
  await ready(daemon)
  daemon.child.kill('SIGTERM')
  const { code, err } = await daemon.ended
  expect(code).toBe(0)
  expect(err).toMatch(/leaving, although something is still open: .*Timeout/)
})
