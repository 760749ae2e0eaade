import { part } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { label, scene, service } from './scene.ts'
import type { Scene } from './scene.ts'

const CRANE = (volume: string): string[] => [`C.cr ${volume}`, `C.st ${volume}`, `C.di(0) ${volume}`, `C.de ${volume}`]

describe.skipIf(!part('dockerd').available)('scenarios of the original: what goes well', () => {
  let on: Scene
  beforeAll(async () => {
    on = await scene()
  })
  afterEach(() => on.clean())
  afterAll(() => on[Symbol.asyncDispose]())

  it('T-01 one user: stopped, copied, started', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'))
    const { report, seen } = await on.tide()
    expect(report).toMatchObject({ outcome: 'good', stuck: [] })
    expect(seen).toEqual(['S app', ...CRANE('p1_data'), 'st app'])
  })

  it('T-02 two users of one volume: each stopped once, both down while it is copied', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '1' })
    await on.volume('p1_data')
    await on.app('a1', '--volume=p1_data:/data', label('tide.d', 'data'))
    await on.app('a2', '--volume=p1_data:/data:ro')
    const down: string[] = []
    const { report, seen } = await on.tide('d', {
      during: async () => down.push(await on.status('a1'), await on.status('a2')),
    })
    expect(report.outcome).toBe('good')
    expect(down).toEqual(['exited', 'exited'])
    expect(seen.filter((one) => / a\d$/.test(one)).toSorted()).toEqual(['S a1', 'S a2', 'st a1', 'st a2'])
  })

  it('T-04 commands and no action: run, and nothing is stopped', async () => {
    await on.root()
    await on.volume('p1_data')
    const commands = [label('command.pre', 'touch /tmp/pre'), label('command.post', 'touch /tmp/post')]
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), ...commands)
    const { report, seen } = await on.tide()
    expect(report.outcome).toBe('good')
    expect(seen).toEqual(['X app', ...CRANE('p1_data'), 'X app'])
    expect(await on.cli('exec', 'app', 'ls', '/tmp')).toBe('post\npre')
  })

  it('T-06 a user that had ended before stays as it is, also when it is the carrier', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'))
    await on.cli('stop', 'app')
    const { report, seen } = await on.tide()
    expect(report.outcome).toBe('good')
    expect(seen).toEqual(CRANE('p1_data'))
    expect(await on.status('app')).toBe('exited')
  })

  it('T-07 one that is always restarted is stopped and started like any other', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('app', '--restart=always', '--volume=p1_data:/data', label('tide.d', 'data'))
    const { report, seen } = await on.tide()
    expect(report.outcome).toBe('good')
    expect(seen).toEqual(['S app', ...CRANE('p1_data'), 'st app'])
    const format = '--format={{.RestartCount}} {{.HostConfig.RestartPolicy.Name}}'
    expect(await on.cli('inspect', format, 'app')).toBe('0 always')
  })

  it('T-11 D-10 one that lives in the network of another: first down, last up, and both run', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'))
    await on.app('guest', '--network=container:app', '--volume=p1_data:/data')
    const { report, seen } = await on.tide()
    expect(report.outcome).toBe('good')
    expect(seen).toEqual(['S guest', 'S app', ...CRANE('p1_data'), 'st app', 'st guest'])
  })

  it('D-10 depends_on and volumes_from: what is depended on is the last down and the first up', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('db', '--volume=p1_data:/data', label('tide.d', 'data'), ...service('db'))
    await on.app(
      'web',
      '--volumes-from=db',
      ...service('web', '--label=com.docker.compose.depends_on=db:service_started'),
    )
    await on.app('front', '--volumes-from=web')
    const { report, seen } = await on.tide()
    expect(report.outcome).toBe('good')
    expect(seen).toEqual(['S front', 'S web', 'S db', ...CRANE('p1_data'), 'st db', 'st web', 'st front'])
  })

  it('T-38 individual: a user of two volumes is stopped and started for each', async () => {
    await on.root({ 'tides.d.grouping': 'individual' })
    await on.volume('p1_d1')
    await on.volume('p1_d2')
    await on.app('a1', '--volume=p1_d1:/1', '--volume=p1_d2:/2', label('tide.d', 'd1,d2'))
    const { report, seen } = await on.tide()
    expect(report.outcome).toBe('good')
    expect(seen).toEqual(['S a1', ...CRANE('p1_d1'), 'st a1', 'S a1', ...CRANE('p1_d2'), 'st a1'])
  })

  it('T-39 smart: stopped once, two cranes at the same time, started once', async () => {
    await on.root({ 'cranes.c.env.CRANE_SLEEP': '1' })
    await on.volume('p1_d1')
    await on.volume('p1_d2')
    await on.app('a1', '--volume=p1_d1:/1', '--volume=p1_d2:/2', label('tide.d', 'd1,d2'))
    const { report, seen } = await on.tide()
    expect(report.outcome).toBe('good')
    expect(seen.filter((one) => one.endsWith(' a1'))).toEqual(['S a1', 'st a1'])
    const order = seen.filter((one) => /C\.(st|di)/.test(one)).map((one) => one.slice(0, 4))
    expect(order).toEqual(['C.st', 'C.st', 'C.di', 'C.di'])
  })

  it('tides.d.maxConcurrent=1: one crane after the other', async () => {
    await on.root({ 'tides.d.maxConcurrent': '1' })
    await on.volume('p1_d1')
    await on.volume('p1_d2')
    await on.app('a1', '--volume=p1_d1:/1', '--volume=p1_d2:/2', label('tide.d', 'd1,d2'))
    const { report, seen } = await on.tide()
    expect(report.outcome).toBe('good')
    expect(seen).toEqual(['S a1', ...CRANE('p1_d1'), ...CRANE('p1_d2'), 'st a1'])
  })

  it('tides.d.grouping=project: users of one project rest together, and one without a volume of the tide goes on', async () => {
    await on.root({ 'tides.d.grouping': 'project' })
    await on.volume('p1_d1')
    await on.volume('p1_d2')
    await on.app('db', '--volume=p1_d1:/1', label('tide.d', 'd1,d2'))
    await on.app('web', '--volume=p1_d2:/2')
    await on.app('front')
    const { report, seen } = await on.tide()
    expect(report.groups).toHaveLength(1)
    expect(seen.filter((one) => !one.startsWith('C.')).toSorted()).toEqual(['S db', 'S web', 'st db', 'st web'])
  })

  it('T-42 two tides with the same volume at once take turns, each with a stop of its own', async () => {
    await on.root({
      'tides.e.cron': '0 3 * * *',
      'tides.e.grouping': 'smart',
      'tides.e.crane': 'c',
      'cranes.c.env.CRANE_SLEEP': '1',
    })
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), label('tide.e', 'data'))
    const since = String(Date.now() / 1000)
    const [first, second] = await Promise.allSettled([on.tide('d'), on.tide('e')])
    const until = String(Date.now() / 1000)
    const told = await on.cli(
      'events',
      `--since=${since}`,
      `--until=${until}`,
      '--filter=container=app',
      '--format={{.Action}}',
    )
    const acts = told.split('\n').filter((act) => act === 'stop' || act === 'start')
    const ran = [first, second].filter(({ status }) => status === 'fulfilled').length
    expect(ran).toBeGreaterThan(0)
    expect(acts).toEqual(Array.from({ length: ran }, () => ['stop', 'start']).flat())
    expect(await on.status('app')).toBe('running')
  })

  it('T-48 a root container that mounts the volume is left running, and told', async () => {
    await on.volume('p1_data')
    await on.app('carrier', label('tide.d', 'data'))
    const labels = {
      root: '',
      'tides.d.cron': '0 3 * * *',
      'tides.d.grouping': 'smart',
      'tides.d.crane': 'c',
      'cranes.c.image': 'salvage-test/crane',
    }
    await on.app('root', '--volume=p1_data:/data', ...Object.entries(labels).map(([key, value]) => label(key, value)))
    const { report, plan, seen } = await on.tide()
    expect(report.outcome).toBe('good')
    expect(seen).toEqual(CRANE('p1_data'))
    expect(plan.groups[0]?.left).toEqual([
      { workload: 'docker:root', name: 'root', why: 'it is the root container (label salvage.root)' },
    ])
  })

  it('g: on a carrier outside of compose counts', async () => {
    await on.root()
    await on.volume('plain')
    await on.app('carrier', '--label=com.docker.compose.project=', label('tide.d', 'g:plain'))
    const { report } = await on.tide()
    expect(report.groups.flatMap(({ targets }) => targets)).toMatchObject([{ target: 'docker:plain', outcome: 'good' }])
  })

  it('action=pause: paused and let go on', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'), label('action', 'pause'))
    const { report, seen } = await on.tide()
    expect(report.outcome).toBe('good')
    expect(seen).toEqual(['P app', ...CRANE('p1_data'), 'U app'])
  })

  it('a tide without volumes is told as an error: a backup of nothing is no success', async () => {
    await on.root()
    await on.app('app')
    await expect(on.tide()).rejects.toMatchObject({ code: 'TIDE.EMPTY' })
  })
})
