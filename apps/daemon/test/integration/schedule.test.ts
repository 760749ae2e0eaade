import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sqliteCatalog } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import type { TemporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { askStatus, followTide, triggerTide } from '../../src/index.ts'
import { configure, startDaemon } from '../daemon.ts'
import type { RunningDaemon } from '../daemon.ts'

const EVERY_SECOND = '* * * * * *'
const RARELY = '0 0 1 1 *'
const { signal } = new AbortController()

describe('a daemon without an engine', () => {
  let folder: TemporaryDirectory
  let daemons: RunningDaemon[]
  beforeEach(() => {
    folder = temporaryDirectory()
    daemons = []
    mkdirSync(join(folder.path, 'a'))
    mkdirSync(join(folder.path, 'b'))
    writeFileSync(join(folder.path, 'a/file'), 'content')
    mkdirSync(join(folder.path, 'store'))
  })
  afterEach(async () => {
    for (const daemon of daemons) await daemon[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  function configOf(tides: object, directories: readonly object[] = [{ path: join(folder.path, 'a') }]): object {
    return {
      machine: 'm',
      docker: { enabled: false },
      stores: { here: `archive:${join(folder.path, 'store')}` },
      directories,
      tides,
    }
  }
  const tide = (cron: string, more: object = {}): object => ({
    cron,
    to: 'here',
    targets: [`dir:${join(folder.path, 'a')}`],
    ...more,
  })
  function start(config: object): RunningDaemon {
    const daemon = startDaemon({ folder: folder.path, config })
    daemons.push(daemon)
    return daemon
  }

  test('runs a tide on time, prunes by its keep, and ends with 0 on SIGTERM', async () => {
    const daemon = start(configOf({ often: tide(EVERY_SECOND, { keep: { last: 2 } }) }))
    await daemon.next('daemon.ready')
    expect(statSync(daemon.socket).mode & 0o777).toBe(0o600)
    const ends: unknown[] = []
    for (let n = 0, from = 0; n < 4; n += 1) {
      const end = await daemon.next('tide.ended', 'often', from)
      from = daemon.told.indexOf(end) + 1
      ends.push(end['exitCode'])
    }
    expect(ends).toEqual([0, 0, 0, 0])
    const due = daemon.told.filter(({ type }) => type === 'tide.due').map((one) => String(one['nominal']))
    expect(due).toEqual([...new Set(due)].toSorted())
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
    using catalog = sqliteCatalog(join(folder.path, 'state/catalog.sqlite'))
    // Those of a run that was broken off in between may still be there.
    expect((await catalog.points({})).length).toBeLessThanOrEqual(3)
    expect((await catalog.points({})).length).toBeGreaterThanOrEqual(2)
  })

  test('prunes points of its own machine alone', async () => {
    const other = start({ ...configOf({ often: tide(EVERY_SECOND) }), machine: 'other' })
    for (let n = 0, from = 0; n < 3; n += 1)
      from = other.told.indexOf(await other.next('tide.ended', 'often', from)) + 1
    other.signal('SIGTERM')
    await other.ended
    const daemon = start(configOf({ often: tide(EVERY_SECOND, { keep: { last: 1 } }) }))
    for (let n = 0, from = 0; n < 3; n += 1)
      from = daemon.told.indexOf(await daemon.next('tide.ended', 'often', from)) + 1
    daemon.signal('SIGTERM')
    await daemon.ended
    using catalog = sqliteCatalog(join(folder.path, 'state/catalog.sqlite'))
    const machines = (await catalog.points({})).map(({ machine }) => machine)
    expect(machines.filter((machine) => machine === 'other').length).toBeGreaterThanOrEqual(3)
    expect(machines.filter((machine) => machine === 'm').length).toBeLessThanOrEqual(2)
  })

  test('answers on its socket, runs by hand, and tells who follows', async () => {
    const daemon = start(
      configOf({ rare: tide(RARELY), unscheduled: { to: 'here', targets: [`dir:${folder.path}/a`] } }),
    )
    await daemon.next('daemon.ready')
    const status = await askStatus(daemon.socket, { signal })
    expect(status).toMatchObject({
      machine: 'm',
      daemon: { pid: daemon.pid, state: 'ready' },
      problems: [],
      tides: [
        { name: 'rare', cron: RARELY, next: { nominal: expect.stringMatching(/-01-01T/) } },
        { name: 'unscheduled' },
      ],
    })
    const lines: string[] = []
    for await (const line of followTide(daemon.socket, 'rare', { signal })) {
      lines.push(line.type)
      if (line.exitCode !== undefined) expect(line).toMatchObject({ exitCode: 0, report: { outcome: 'good' } })
    }
    expect(lines[0]).toBe('run.started')
    expect(lines).toContain('lift.finished')
    expect(lines.at(-1)).toBe('tide.ended')
    const runId = await triggerTide(daemon.socket, 'unscheduled', { signal })
    await daemon.next('tide.ended', 'unscheduled')
    const after = await askStatus(daemon.socket, { signal })
    expect(after.tides[1]?.last).toMatchObject({ runId, outcome: 'good', aborted: false })
    await expect(triggerTide(daemon.socket, 'nothing', { signal })).rejects.toMatchObject({ code: 'TIDE.UNKNOWN' })
  })

  test('a tide runs once at a time, and one that waits for the targets of another has its turn', async () => {
    const slow = [{ path: join(folder.path, 'a'), hooks: { pre: ['sleep', '1'] } }]
    const daemon = start(configOf({ one: tide(RARELY), two: tide(RARELY) }, slow))
    await daemon.next('daemon.ready')
    await triggerTide(daemon.socket, 'one', { signal })
    await daemon.event((told) => told.type === 'run.event' && JSON.stringify(told).includes('workload.quiescing'))
    await expect(triggerTide(daemon.socket, 'one', { signal })).rejects.toMatchObject({ code: 'DAEMON.BUSY' })
    await triggerTide(daemon.socket, 'two', { signal })
    await daemon.next('tide.waiting', 'two')
    expect((await askStatus(daemon.socket, { signal })).tides.map(({ work }) => work?.state)).toEqual([
      'running',
      'waiting',
    ])
    expect(await daemon.next('tide.ended', 'one')).toMatchObject({ exitCode: 0 })
    expect(await daemon.next('tide.ended', 'two')).toMatchObject({ exitCode: 0 })
  })

  test('what was missed while no daemon ran is made good once', async () => {
    const config = configOf({ often: tide(EVERY_SECOND), never: tide(EVERY_SECOND, { catchUp: false }) })
    const first = start(configOf({ often: tide(EVERY_SECOND) }))
    await first.next('tide.ended', 'often')
    first.signal('SIGTERM')
    expect(await first.ended).toBe(0)
    const before = first.told.filter(({ type }) => type === 'tide.due').map((one) => String(one['nominal']))
    await delay(3500)
    const second = start(config)
    const due = await second.next('tide.due', 'often')
    const ready = await second.next('daemon.ready')
    // At once, for the newest time that passed, not for each of them.
    expect(Date.parse(String(due['nominal']))).toBeGreaterThan(Date.parse(before.at(-1) ?? '') + 2000)
    expect(Date.parse(String(due['nominal']))).toBeLessThanOrEqual(Date.parse(String(due['time'])))
    expect(Date.parse(String(due['time'])) - Date.parse(String(ready['time']))).toBeLessThan(900)
    await second.next('tide.ended', 'often')
  })

  test('SIGTERM in a run brings everything back, and the run is made good after the next start', async () => {
    const mark = join(folder.path, 'down')
    const hooks = { pre: ['sh', '-c', `touch ${mark}; sleep 2`], post: ['rm', '-f', mark] }
    const config = configOf({ often: tide(EVERY_SECOND) }, [{ path: join(folder.path, 'a'), hooks }])
    const daemon = start(config)
    const due = await daemon.next('tide.due', 'often')
    await expect.poll(() => statSync(mark, { throwIfNoEntry: false })).toBeDefined()
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
    expect(statSync(mark, { throwIfNoEntry: false })).toBeUndefined()
    expect(daemon.told.at(-2)).toMatchObject({ type: 'daemon.stopped', exitCode: 0 })
    const again = start(config)
    const made = await again.next('tide.due', 'often')
    expect(Date.parse(String(made['nominal']))).toBeGreaterThanOrEqual(Date.parse(String(due['nominal'])))
    expect(await again.next('tide.ended', 'often')).toMatchObject({ exitCode: 0 })
  })

  test('after SIGKILL it takes back first, then runs what was broken off', async () => {
    const mark = join(folder.path, 'down')
    const hooks = { pre: ['sh', '-c', `touch ${mark}; sleep 2`], post: ['rm', '-f', mark] }
    const config = configOf({ rare: tide(RARELY), often: tide(EVERY_SECOND) }, [
      { path: join(folder.path, 'a'), hooks },
    ])
    const daemon = start(config)
    await daemon.next('tide.due', 'often')
    await expect.poll(() => statSync(mark, { throwIfNoEntry: false })).toBeDefined()
    daemon.signal('SIGKILL')
    expect(await daemon.ended).toBe(-1)
    // Its socket is still there, and in nobody's way.
    expect(statSync(daemon.socket).isSocket()).toBe(true)
    const again = start(config)
    expect(await again.next('daemon.recovered')).toMatchObject({ undone: 1 })
    expect(again.told.findIndex(({ type }) => type === 'daemon.recovered')).toBeLessThan(
      again.told.findIndex(({ type }) => type === 'tide.due') >>> 0,
    )
    expect(await again.next('tide.ended', 'often')).toMatchObject({ exitCode: 0 })
  })

  test('a run that dies with its daemon is made good once, and not over and over', async () => {
    const mark = join(folder.path, 'down')
    const hooks = { pre: ['sh', '-c', `touch ${mark}; sleep 5`], post: ['rm', '-f', mark] }
    const at = new Date(Date.now() + 6000)
    // This one second of the year, and no other.
    const cron = `${String(at.getSeconds())} ${String(at.getMinutes())} ${String(at.getHours())} ${String(at.getDate())} ${String(at.getMonth() + 1)} *`
    const config = configOf({ once: tide(cron) }, [{ path: join(folder.path, 'a'), hooks }])
    const nominals: unknown[] = []
    for (let life = 0; life < 2; life += 1) {
      const daemon = start(config)
      nominals.push((await daemon.next('tide.due', 'once'))['nominal'])
      await expect.poll(() => statSync(mark, { throwIfNoEntry: false }), { timeout: 10_000 }).toBeDefined()
      daemon.signal('SIGKILL')
      await daemon.ended
    }
    expect(nominals[0]).toBe(new Date(Math.floor(at.getTime() / 1000) * 1000).toISOString())
    expect(nominals[1]).toBe(nominals[0])
    const last = start(config)
    await last.next('daemon.ready')
    await delay(1500)
    expect(last.told.map(({ type }) => type)).not.toContain('tide.due')
    expect(statSync(mark, { throwIfNoEntry: false })).toBeUndefined()
  })

  test('there is one daemon of a state directory, and one of a socket', async () => {
    const config = configOf({ rare: tide(RARELY) })
    const daemon = start(config)
    await daemon.next('daemon.ready')
    expect(await start(config).ended).not.toBe(0)
    expect((await askStatus(daemon.socket, { signal })).daemon?.pid).toBe(daemon.pid)
    const other = createServer()
    const socket = join(folder.path, 'other.sock')
    await new Promise<void>((resolve) => other.listen(socket, resolve))
    daemon.signal('SIGTERM')
    await daemon.ended
    expect(await start({ ...config, daemon: { socket } }).ended).not.toBe(0)
    expect(other.listening).toBe(true)
    other.close()
    writeFileSync(socket, 'a file')
    expect(await start({ ...config, daemon: { socket } }).ended).not.toBe(0)
  })

  test('a changed file is taken up, a broken one is told and changes nothing', async () => {
    const daemon = start(configOf({ rare: tide(RARELY) }))
    await daemon.next('daemon.ready')
    configure({ folder: folder.path, config: { tides: { rare: { cron: 'never' } } } })
    daemon.signal('SIGHUP')
    expect(await daemon.next('problem')).toMatchObject({ finding: { code: 'CONFIG.INVALID' } })
    expect((await askStatus(daemon.socket, { signal })).tides.map(({ name }) => name)).toEqual(['rare'])
    configure({ folder: folder.path, config: configOf({ often: tide(EVERY_SECOND) }) })
    daemon.signal('SIGHUP')
    expect(await daemon.next('tides.changed', undefined, 3)).toMatchObject({ added: ['often'], removed: ['rare'] })
    await daemon.next('solved')
    expect(await daemon.next('tide.ended', 'often')).toMatchObject({ exitCode: 0 })
  })

  test('a tide that fails is told, and the others go on', async () => {
    const lost = { ...tide(EVERY_SECOND), to: `archive:${join(folder.path, 'a/nested')}` }
    const daemon = start(configOf({ lost, often: tide(EVERY_SECOND) }))
    expect(await daemon.next('tide.ended', 'lost')).toMatchObject({ exitCode: 2, finding: { code: 'TIDE.NESTED' } })
    expect(await daemon.next('tide.ended', 'often')).toMatchObject({ exitCode: 0 })
    const from = daemon.told.length
    expect(await daemon.next('tide.ended', 'lost', from)).toMatchObject({ exitCode: 2 })
  })
})
