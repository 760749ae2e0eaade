import { part } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { label, outcomes, scene, service } from './scene.ts'
import type { Scene } from './scene.ts'

describe.skipIf(!part('dockerd').available)('scenarios of the original: what others do meanwhile', () => {
  let on: Scene
  beforeAll(async () => {
    on = await scene()
  })
  afterEach(() => on.clean())
  afterAll(() => on[Symbol.asyncDispose]())

  it('T-14 D-19 somebody starts a user: the copy does not count, and the post command still runs', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '3' })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), label('command.post', 'touch /tmp/post'))
    const told = await on.tide('d', { during: () => on.cli('start', 'app') })
    expect(told.report.groups[0]?.tainted).toContain('docker:app did "start"')
    expect(told.report.outcome).toBe('failed')
    expect(await on.cli('exec', 'app', 'ls', '/tmp')).toBe('post')
  })

  it('D-19 compose brings up another container of the volume: the copy does not count', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '3' })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'))
    const told = await on.tide('d', { during: () => on.app('late', '--volume=p1_data:/data') })
    expect(told.report.groups[0]?.tainted).toContain('late')
    expect(outcomes(told)['docker:p1_data']?.[0]).toBe('failed')
    expect([await on.status('app'), await on.status('late')]).toEqual(['running', 'running'])
  })

  it('D-19 an updater makes the container anew: told, the copy does not count, and the old one is not started', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '4' })
    await on.volume('p1_data')
    const db = service('db', '--volume=p1_data:/data')
    await on.app('p1-db-1', ...db, label('tide.d', 'data'))
    const told = await on.tide('d', {
      during: async () => {
        await on.cli('rename', 'p1-db-1', 'old')
        await on.app('p1-db-1', ...db, label('tide.d', 'data'))
      },
    })
    expect(told.report).toMatchObject({ outcome: 'failed', stuck: [] })
    expect([await on.status('old'), await on.status('p1-db-1')]).toEqual(['exited', 'running'])
  })

  it('D-19 one that somebody lets go on and pauses again at once is seen', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '3' })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), label('action', 'pause'))
    const told = await on.tide('d', {
      during: async () => {
        await on.cli('unpause', 'app')
        await on.cli('pause', 'app')
      },
    })
    expect(told.report.groups[0]?.tainted).toContain('docker:app did "unpause"')
  })

  it('one that the operator stops meanwhile stays stopped, and is told', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '4' })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), label('action', 'pause'))
    const told = await on.tide('d', { during: () => on.cli('stop', '--time=1', 'app') })
    expect(told.report.groups[0]?.findings).toMatchObject([{ code: 'DOCKER.LEFT_STOPPED' }])
    expect(await on.status('app')).toBe('exited')
  })

  it('T-12 D-8 a volume that is removed before its turn fails, and is not made anew', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '1' })
    await on.volume('p1_data')
    await on.volume('p1_lone')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data,lone'))
    const told = await on.tide('d', { during: () => on.cli('volume', 'rm', 'p1_lone') })
    expect(outcomes(told)).toEqual({
      'docker:p1_data': ['good'],
      'docker:p1_lone': ['failed', 'DOCKER.VOLUME_GONE'],
    })
    expect(await on.cli('volume', 'ls', '--quiet')).toBe('p1_data')
  })
})
