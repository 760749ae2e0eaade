import { part } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { acts, label, outcomes, scene } from './scene.ts'
import type { Scene } from './scene.ts'

describe.skipIf(!part('dockerd').available)('scenarios of the original: labels', () => {
  let on: Scene
  beforeAll(async () => {
    on = await scene()
  })
  afterEach(() => on.clean())
  afterAll(() => on[Symbol.asyncDispose]())

  it('T-09 D-9 a container made with --rm is refused before anything of its group is touched', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.volume('p1_other')
    await on.app('first', '--volume=p1_data:/data', label('tide.d', 'data,other'))
    await on.app('brief', '--rm', '--volume=p1_data:/data')
    await on.app('second', '--volume=p1_other:/data')
    const told = await on.tide()
    expect(told.report).toMatchObject({
      outcome: 'partial',
      skipped: [{ target: 'docker:p1_data', finding: { code: 'DOCKER.AUTO_REMOVE' } }],
    })
    expect(acts(told)).toEqual(['S second', 'st second'])
    expect(await on.status('brief')).toBe('running')
  })

  it('T-09 one that only ever rests by commands or a pause may be made with --rm', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('brief', '--rm', '--volume=p1_data:/data', label('tide.d', 'data'), label('action', 'pause'))
    const told = await on.tide()
    expect([told.report.outcome, acts(told)]).toEqual(['good', ['P brief', 'U brief']])
  })

  it('D-7 a bad label of one container concerns its group alone', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.volume('p1_other')
    await on.app('bad', '--volume=p1_data:/data', label('tide.d', 'data,other'), label('action', 'Stop'))
    await on.app('good', '--volume=p1_other:/data')
    const told = await on.tide()
    expect(told.report).toMatchObject({ outcome: 'partial', skipped: [{ finding: { code: 'LABEL.ACTION' } }] })
    expect(outcomes(told)).toEqual({ 'docker:p1_other': ['good'] })
  })

  it.each([
    ['T-29 1,3-5: the listed codes stop the backup', '1,3-5', 'true', 'good'],
    ['T-29 1,3-5 and a listed code', '1,3-5', 'sh -c "exit 4"', 'failed'],
    ['T-29 1,3-5 and another code', '1,3-5', 'sh -c "exit 2"', 'good'],
    ['accept:0,2', 'accept:0,2', 'sh -c "exit 2"', 'good'],
    ['reject:1,3-5', 'reject:1,3-5', 'sh -c "exit 3"', 'failed'],
    ['T-31 stop is what fail is', 'stop', 'true', 'good'],
    ['T-31 stop and a code', 'stop', 'sh -c "exit 1"', 'failed'],
    ['fail and a code', 'fail', 'sh -c "exit 1"', 'failed'],
    ['ignore', 'ignore', 'sh -c "exit 9"', 'good'],
  ])('%s', async (_name, codes, pre, outcome) => {
    await on.root()
    await on.volume('p1_data')
    const commands = [label('command.pre', pre), label('command.exitcode', codes)]
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), ...commands)
    expect((await on.tide()).report.outcome).toBe(outcome)
  })

  it('a list with 0 in it is refused, and the explicit forms are offered', async () => {
    await on.root()
    await on.volume('p1_data')
    const commands = [label('command.pre', 'true'), label('command.exitcode', '0,2')]
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), ...commands)
    const told = await on.tide()
    expect(told.report.skipped).toMatchObject([
      { finding: { code: 'LABEL.EXIT_CODES', hint: expect.stringContaining('accept:0,2') } },
    ])
    expect(told.seen).toEqual([])
  })

  it('T-32 D-13 a post command without a pre: stopped, and the command runs after the start', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), label('command.post', 'touch /tmp/post'))
    const told = await on.tide()
    expect([told.report.outcome, acts(told)]).toEqual(['good', ['S app', 'st app', 'X app']])
  })

  it('T-35 no shell: the words are arguments', async () => {
    await on.root()
    await on.volume('p1_data')
    const pre = label('command.pre', 'echo $FOO && false')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), pre)
    expect((await on.tide()).report.outcome).toBe('good')
  })

  it.each([
    ['both names: that of the code', [label('command.user', '0'), label('user', '1000')], '0'],
    ['the name of the README alone', [label('user', '7')], '7'],
    ['none: that of the container', [], '1000'],
  ])('T-36 the user of commands, %s', async (_name, users, uid) => {
    await on.root()
    await on.volume('p1_data')
    const commands = [label('command.pre', 'sh -c "id -u > /tmp/uid"'), ...users]
    await on.app('app', '--user=1000', '--volume=p1_data:/data', label('tide.d', 'data'), ...commands)
    expect((await on.tide()).report.outcome).toBe('good')
    expect(await on.cli('exec', 'app', 'cat', '/tmp/uid')).toBe(uid)
  })

  it('D-12 a crane of its own for one volume, which is promised and missing in the original', async () => {
    await on.root({ 'cranes.special.image': 'salvage-test/crane' })
    await on.volume('p1_data')
    await on.volume('p1_logs')
    const labels = [label('tide.d', 'data,logs'), label('tide.d.crane.logs', 'special')]
    await on.app('app', '--volume=p1_data:/data', '--volume=p1_logs:/logs', ...labels)
    const { report } = await on.tide()
    const points = report.groups.flatMap(({ targets }) => targets.map(({ target, point }) => [target, point?.store]))
    expect(Object.fromEntries(points)).toEqual({ 'docker:p1_data': 'crane:c', 'docker:p1_logs': 'crane:special' })
  })

  it('T-44 what is there is backed up, and what is missing is told', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data,g:missing'))
    const told = await on.tide()
    expect(outcomes(told)).toEqual({ 'docker:p1_data': ['good'] })
    expect(told.report).toMatchObject({
      outcome: 'partial',
      skipped: [{ target: 'docker:missing', finding: { code: 'LABEL.VOLUME_UNKNOWN' } }],
    })
  })

  it('T-45 blanks in a list mean nothing', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.volume('p1_b')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data, b'))
    expect(outcomes(await on.tide())).toEqual({ 'docker:p1_data': ['good'], 'docker:p1_b': ['good'] })
  })
})
