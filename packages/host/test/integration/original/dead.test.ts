import { part } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { acts, label, outcomes, scene } from './scene.ts'
import type { Scene } from './scene.ts'

describe.skipIf(!part('dockerd').available)('scenarios of the original: a process that is killed', () => {
  let on: Scene
  beforeAll(async () => {
    on = await scene()
  })
  afterEach(() => on.clean())
  afterAll(() => on[Symbol.asyncDispose]())

  it('T-17 D-3 the next one puts everything back before it begins, and removes the crane', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '3' })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), label('command.post', 'touch /tmp/post'))
    await on.app('napping', '--volume=p1_data:/data', label('action', 'pause'))
    await on.app('off', '--volume=p1_data:/data')
    await on.cli('stop', 'off')
    await on.dead()
    expect([await on.status('app'), await on.status('napping')]).toEqual(['exited', 'paused'])
    const told = await on.tide()
    expect(told.report.outcome).toBe('good')
    const [first, second] = [told.seen.indexOf('st app'), told.seen.indexOf('S app')]
    expect(first).toBeGreaterThan(-1)
    expect(first).toBeLessThan(second)
    expect(told.seen.findIndex((one) => one.startsWith('C.de'))).toBeLessThan(second)
    expect([await on.status('app'), await on.status('napping'), await on.status('off')]).toEqual([
      'running',
      'running',
      'exited',
    ])
    expect(await on.cli('exec', 'app', 'ls', '/tmp')).toBe('post')
    expect(await on.cli('ps', '--all', '--quiet', '--filter=label=salvage.entity')).toBe('')
  })

  it.each(['no', 'unless-stopped', 'always', 'on-failure'])(
    'D-3 the machine goes down too: one with the restart policy %s is back after the next run',
    async (policy) => {
      await on.root({ 'cranes.c.env.CRANE_SLEEP': '3' })
      await on.volume('p1_data')
      await on.app('app', `--restart=${policy}`, '--volume=p1_data:/data', label('tide.d', 'data'))
      await on.app('napping', `--restart=${policy}`, '--volume=p1_data:/data', label('action', 'pause'))
      await on.dead()
      await on.engine.kill()
      await on.engine.start()
      const told = await on.tide()
      expect(outcomes(told)).toEqual({ 'docker:p1_data': ['good'] })
      expect([await on.status('app'), await on.status('napping')]).toEqual(['running', 'running'])
    },
  )

  it('D-19 one that is always restarted comes up by itself in the middle: the copy does not count', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '60', 'cranes.c.env.CRANE_TRAP': '0' })
    await on.volume('p1_data')
    await on.app('app', '--restart=always', '--volume=p1_data:/data', label('tide.d', 'data'))
    const told = await on.tide('d', {
      during: async () => {
        await on.engine.stop()
        await on.engine.start()
      },
    })
    expect(told.report.outcome).toBe('failed')
    expect(told.report.stuck).toEqual([])
    expect(await on.status('app')).toBe('running')
  })

  it('a container that was removed with the machine is told once, and nothing waits for it', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '3' })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'))
    await on.app('carrier', label('tide.d', 'data'))
    await on.dead()
    await on.cli('rm', '--force', 'app')
    const told = await on.tide()
    expect([told.report.outcome, acts(told)]).toEqual(['good', []])
  })
})
