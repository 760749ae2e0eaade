import { part } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { acts, label, outcomes, scene } from './scene.ts'
import type { Scene } from './scene.ts'

describe.skipIf(!part('dockerd').available)('scenarios of the original: what goes wrong', () => {
  let on: Scene
  beforeAll(async () => {
    on = await scene()
  })
  afterEach(() => on.clean())
  afterAll(() => on[Symbol.asyncDispose]())

  it('T-57 D-1 all that were prepared rise again when the last one fails', async () => {
    await on.root()
    await on.volume('p1_data')
    for (const name of ['one', 'two', 'three']) await on.app(name, '--volume=p1_data:/data', label('tide.d', 'data'))
    const commands = [label('command.pre', 'false'), label('action', 'stop'), '--volumes-from=one']
    await on.app('last', ...commands)
    await on.app('napping', '--volume=p1_data:/data', label('action', 'pause'))
    const told = await on.tide()
    expect(told.report).toMatchObject({ outcome: 'failed', stuck: [] })
    for (const name of ['one', 'two', 'three', 'last', 'napping']) expect(await on.status(name)).toBe('running')
  })

  it('D-7 a failing pre command stops its group, and the others are copied', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.volume('p1_other')
    await on.app('bad', '--volume=p1_data:/data', label('tide.d', 'data,other'), label('command.pre', 'false'))
    await on.app('good', '--volume=p1_other:/data')
    const told = await on.tide()
    expect(told.report.outcome).toBe('partial')
    expect(outcomes(told)).toEqual({
      'docker:p1_data': ['failed', 'DOCKER.COMMAND_FAILED'],
      'docker:p1_other': ['good'],
    })
  })

  it('D-6 a container that is not as it was makes the run partial, and the copy counts', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '2' })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'))
    await on.app('other', '--volume=p1_data:/data')
    const told = await on.tide('d', { during: () => on.cli('rm', 'app') })
    expect(told.report.outcome).not.toBe('good')
    expect(told.report.groups[0]?.findings).toMatchObject([{ code: 'DOCKER.GONE' }])
    expect(await on.status('other')).toBe('running')
  })

  it('D-6 a post command that fails makes the run partial', async () => {
    await on.root()
    await on.volume('p1_data')
    const commands = [label('command.pre', 'true'), label('command.post', 'false')]
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), ...commands)
    const told = await on.tide()
    expect(told.report).toMatchObject({
      outcome: 'partial',
      groups: [{ findings: [{ code: 'DOCKER.POST_FAILED' }] }],
    })
  })

  it('D-11 the grace of the container holds', async () => {
    await on.root()
    await on.volume('p1_data')
    const script = 'trap "sleep 11; exit 0" TERM; echo ready; while :; do sleep 0.1; done'
    const args = ['--network=none', '--stop-timeout=30', '--volume=p1_data:/data', label('tide.d', 'g:p1_data')]
    await on.cli('run', '--detach', '--name=slow', ...args, 'salvage-test/busybox', 'sh', '-c', script)
    await expect.poll(() => on.cli('logs', 'slow'), { timeout: 30_000 }).toContain('ready')
    const exits: string[] = []
    await on.cli('update', '--restart=no', 'slow')
    const told = await on.tide('d', {
      during: async () => exits.push(await on.cli('inspect', '--format={{.State.ExitCode}}', 'slow')),
    })
    expect(told.report.outcome).toBe('good')
    // Ended by SIGKILL it would be 137.
    expect(exits.every((code) => code === '0')).toBe(true)
  })

  it('T-16 D-2 told to end while a crane runs: the crane ends, everything is as before, and the rest is not begun', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '60' })
    await on.volume('p1_one')
    await on.volume('p1_two')
    await on.app('paused', '--volume=p1_one:/data', label('tide.d', 'one,two'), label('action', 'pause'))
    await on.app('stopped', '--volume=p1_one:/data')
    await on.app('later', '--volume=p1_two:/data')
    const end = new AbortController()
    const told = await on.tide('d', { signal: end.signal, during: async () => end.abort() })
    expect(told.report).toMatchObject({ outcome: 'failed', stuck: [] })
    for (const name of ['paused', 'stopped', 'later']) expect(await on.status(name)).toBe('running')
    expect(await on.cli('ps', '--all', '--quiet', '--filter=label=salvage.entity')).toBe('')
    expect(acts(told)).not.toContain('S later')
  })

  it('T-19 an image that is not there: nothing is touched', async () => {
    await on.root({ 'cranes.c.image': 'salvage-test/none:1' })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'))
    const before = await on.cli('inspect', '--format={{.State.StartedAt}}', 'app')
    await expect(on.tide()).rejects.toMatchObject({ message: expect.stringContaining('salvage-test/none:1') })
    expect(await on.cli('inspect', '--format={{.State.StartedAt}}', 'app')).toBe(before)
  })

  it('T-21 a pull that fails with the image there, and a failing pre command: both are told', async () => {
    await on.root({ 'cranes.c.pullOnRun': 'true' })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), label('command.pre', 'false'))
    const told = await on.tide()
    expect(outcomes(told)).toEqual({ 'docker:p1_data': ['failed', 'DOCKER.COMMAND_FAILED'] })
    const warnings = told.events.flatMap((event) => (event.type === 'warning' ? [event.finding.message] : []))
    expect(warnings).toEqual([expect.stringContaining('salvage-test/crane')])
  })

  it('D-14 a crane that fails: its last words stand in the report, and the users rise', async () => {
    await on.root({ 'cranes.c.env.CRANE_EXIT': '7' })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'))
    const told = await on.tide()
    expect(told.report.outcome).toBe('failed')
    expect(JSON.stringify(told.report.groups)).toMatch(/7.*last words/)
    expect(await on.status('app')).toBe('running')
  })

  it('D-18 an empty volume is copied as one', async () => {
    await on.root()
    await on.cli('volume', 'create', 'empty')
    await on.app('app', label('tide.d', 'g:empty'))
    expect(outcomes(await on.tide())).toEqual({ 'docker:empty': ['good'] })
  })

  it.each([
    ['T-26 D-5 a crane', { 'cranes.c.maxConcurrent': '0' }],
    ['T-27 D-5 a tide', { 'tides.d.maxConcurrent': '0' }],
  ])('%s that may run 0 at once is refused before anything is touched', async (_name, labels) => {
    await on.root(labels)
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'))
    await expect(on.tide()).rejects.toMatchObject({ message: expect.stringContaining('.maxConcurrent: "0"') })
  })
})
