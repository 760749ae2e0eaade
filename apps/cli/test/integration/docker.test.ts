import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventsOf, salvageKit } from '../salvage-kit.ts'
import type { Running } from '../salvage-kit.ts'

const IMAGE = 'salvage-test/busybox'
const WRITER = 'trap "exit 0" TERM; while :; do date >> /data/log; sleep 1 & wait $!; done'

describe.skipIf(!part('dockerd').available)('a real engine', () => {
  let engine: Dockerd
  let folder: TemporaryDirectory
  let sk: (...args: readonly string[]) => Running

  beforeAll(async () => {
    engine = await privateDockerd([IMAGE])
  })
  afterAll(async () => engine[Symbol.asyncDispose]())
  beforeEach(() => {
    folder = temporaryDirectory()
    sk = salvageKit(folder.path, { DOCKER_HOST: engine.host })
  })
  afterEach(async () => {
    const names = await cli('ps', '--all', '--quiet')
    if (names !== '') await cli('rm', '--force', ...names.split('\n'))
    const volumes = await cli('volume', 'ls', '--quiet')
    if (volumes !== '') await cli('volume', 'rm', ...volumes.split('\n'))
    folder[Symbol.dispose]()
  })

  async function cli(...args: string[]): Promise<string> {
    return (await docker(engine.host, args)).trim()
  }
  async function writer(name: string, ...args: string[]): Promise<void> {
    await cli('run', '--detach', '--network=none', `--name=${name}`, ...args, IMAGE, 'sh', '-c', WRITER)
  }
  const stateOf = async (name: string): Promise<string> =>
    cli('inspect', '--format={{.State.Status}} {{.State.StartedAt}}', name)
  const contentOf = async (volume: string): Promise<string> =>
    cli('run', '--rm', '--network=none', `--volume=${volume}:/v:ro`, IMAGE, 'cat', '/v/log')

  test('a volume is copied at rest, its container is back, a new volume holds the same', async () => {
    await writer('web', '--volume=data:/data')
    const before = await stateOf('web')
    const plan = await sk('plan', 'docker:data', '--to', 'archive:backups').ended
    expect(plan.out).toMatch(/comes to rest, and rises in reverse:\n +1\. web \(.*stop.*lift docker:data to archive:/s)
    expect(await stateOf('web')).toBe(before)

    const run = await sk('run', 'docker:data', '--to', 'archive:backups', '--json').ended
    expect(run.code).toBe(0)
    const report = eventsOf(run.out).at(-1)
    expect(report).toMatchObject({ report: { outcome: 'good', groups: [{ holdMs: expect.any(Number) }] } })
    expect(await stateOf('web')).toMatch(/^running /)
    expect(await stateOf('web')).not.toBe(before)

    const restored = await sk('restore', 'docker:data', '--to', 'docker:copy').ended
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('docker:copy') })
    const copied = await contentOf('copy')
    expect(copied).not.toBe('')
    expect((await contentOf('data')).startsWith(copied)).toBe(true)
    expect((await sk('restore', 'docker:data', '--to', 'docker:copy').ended).code).toBe(2)

    const inPlace = await sk('restore', 'docker:data', '--in-place', '--yes').ended
    expect(inPlace.code).toBe(0)
    expect(await stateOf('web')).toMatch(/^running /)
    expect((await contentOf('data')).startsWith(copied)).toBe(true)
  })

  test('a tide of labels, its crane of the configuration, and its store of the command line', async () => {
    await cli(
      'create',
      '--name=root',
      '--label=salvage.root',
      '--label=salvage.tides.nightly.cron=0 3 * * *',
      '--label=salvage.tides.nightly.grouping=smart',
      '--label=salvage.tides.nightly.crane=truck',
      IMAGE,
    )
    await cli('volume', 'create', 'data')
    await writer('web', '--volume=data:/data', '--label=salvage.tide.nightly=g:data')
    const unknown = await sk('run', '--tide', 'nightly').ended
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('there is no store "truck"') })
    expect((await sk('plan', '--tide', 'nihgtly').ended).err).toContain('did you mean "nightly"?')
    writeFileSync(
      join(folder.path, 'salvage-kit.yaml'),
      `cranes: { truck: { image: ${IMAGE}, pull: never, timeout: 5s } }\n`,
    )
    const plan = await sk('plan', '--tide', 'nightly').ended
    expect([plan.code, plan.err]).toEqual([0, ''])
    expect(plan.out).toContain('lift docker:data to crane:truck')
    const elsewhere = await sk('run', '--tide', 'nightly', '--to', 'archive:backups').ended
    expect(elsewhere).toMatchObject({ code: 0, out: expect.stringContaining('of tide nightly: good') })
    expect(await stateOf('web')).toMatch(/^running /)
    const pruned = await sk('prune', '--tide', 'nightly', '--from', 'archive:backups', '--keep-last', '1', '--json')
      .ended
    expect(JSON.parse(pruned.out)).toMatchObject({ verdicts: [{ keep: true }], removed: [] })
  })

  describe('what is wrong is one clear error before anything is touched', () => {
    const root = [
      '--label=salvage.root',
      '--label=salvage.tides.d.grouping=smart',
      '--label=salvage.tides.d.crane=c',
      '--label=salvage.cranes.c.image=x',
    ]
    test.each([
      [
        'cron rubbish',
        [...root, '--label=salvage.tides.d.cron=at night'],
        [],
        '',
        /salvage\.tides\.d\.cron: "at night" is not a schedule/,
      ],
      ['a cron that is never due', [...root, '--label=salvage.tides.d.cron=0 0 31 2 *'], [], '', /no date matches it/],
      ['no cron', root, [], '', /tide d has no cron/],
      [
        'two places that disagree',
        [...root, '--label=salvage.tides.d.cron=@daily'],
        [],
        'tides: { d: { cron: "@weekly" } }',
        /salvage-kit\.yaml:1 says "@weekly", container root, label salvage\.tides\.d\.cron says "@daily"/,
      ],
      [
        'a crane defined twice',
        [...root, '--label=salvage.tides.d.cron=@daily'],
        [],
        'cranes: { c: { image: y } }',
        /crane c is defined in two places/,
      ],
      [
        'an unknown action',
        [...root, '--label=salvage.tides.d.cron=@daily'],
        ['--label=salvage.action=Stop'],
        '',
        /salvage\.action.*Stop/,
      ],
      [
        'bad exit codes',
        [...root, '--label=salvage.tides.d.cron=@daily'],
        ['--label=salvage.command.pre=true', '--label=salvage.command.exitcode=1,,2'],
        '',
        /1,,2/,
      ],
      [
        'an unbalanced quote',
        [...root, '--label=salvage.tides.d.cron=@daily'],
        ['--label=salvage.command.pre=sh -c "x'],
        '',
        /has no partner/,
      ],
    ])('%s', async (_name, rootLabels, labels, config, said) => {
      await cli('create', '--name=root', ...rootLabels, IMAGE)
      await cli('volume', 'create', 'data')
      await writer('web', '--volume=data:/data', '--label=salvage.tide.d=g:data', ...labels)
      writeFileSync(join(folder.path, 'salvage-kit.yaml'), `${config}\n`)
      const before = await stateOf('web')
      const { code, err, out } = await sk('run', '--tide', 'd', '--to', 'archive:backups').ended
      expect(code).not.toBe(0)
      expect(`${err}${out}`).toMatch(said)
      expect(await stateOf('web')).toBe(before)
    })
  })

  test('a volume that is not there, with the one that was meant', async () => {
    await cli('volume', 'create', 'pgdata')
    const { code, err } = await sk('run', 'docker:pgdta', '--to', 'archive:backups').ended
    expect([code, err]).toEqual([2, expect.stringContaining('did you mean docker:pgdata?')])
  })

  test('config check reads the labels too', async () => {
    const labels = ['grouping=smart', 'crane=c', 'cron=@daily'].map((one) => `--label=salvage.tides.d.${one}`)
    await cli('create', '--name=root', '--label=salvage.root', ...labels, '--label=salvage.cranes.c.image=x', IMAGE)
    await cli('volume', 'create', 'data')
    await writer('web', '--volume=data:/data', '--label=salvage.tide.d=g:data')
    expect(await sk('config', 'check').ended).toMatchObject({
      code: 0,
      out: expect.stringContaining('labels of containers: good'),
    })
    await writer(
      'bad',
      '--label=salvage.acton=stop',
      '--label=salvage.action=Stop',
      '--label=salvage.tide.nihgtly=g:data',
      '--label=salvage.tide.d.crane.g:data=none',
      '--label=salvage.tides.d.cron=@weekly',
    )
    const { code, out, err } = await sk('config', 'check').ended
    expect([code, out]).toEqual([2, expect.stringContaining('no configuration file')])
    for (const said of [
      /did you mean "salvage\.action"/,
      /container bad, label salvage\.action: "Stop" is no action/,
      /docker:data belongs to the tide "nihgtly"/,
      /docker:data in tide d: there is no store "none"/,
      /salvage\.tides\.d\.cron: it has no effect on this container/,
    ])
      expect(err).toMatch(said)
    const json = await sk('config', 'check', '--json').ended
    expect(JSON.parse(json.out)).toMatchObject({ valid: false, labels: 'connected', problems: expect.any(Array) })
    const alone = await sk('config', 'check', '--no-docker').ended
    expect(alone).toMatchObject({ code: 0, out: expect.stringContaining('not looked at (--no-docker)') })
  })

  test('doctor sees the engine and labels that mean nothing', async () => {
    await writer('web', '--label=salvage.acton=stop')
    const { code, out } = await sk('doctor').ended
    expect(code).toBe(0)
    expect(out).toMatch(/good +docker: the engine answers/)
    expect(out).toMatch(/warning +labels.*salvage\.acton.*\n.*did you mean "salvage\.action"/)
  })
})

test('without an engine a volume cannot be had, and directories can', async () => {
  using folder = temporaryDirectory()
  const sk = salvageKit(folder.path, { DOCKER_HOST: `unix://${folder.path}/none.sock` })
  const volume = await sk('run', 'docker:data', '--to', 'archive:backups', '--json').ended
  expect([volume.code, JSON.parse(volume.out)]).toMatchObject([5, { error: { code: 'PREFLIGHT.DOCKER' } }])
  expect((await sk('plan', 'dir:.', '--to', 'archive:/nonexistent/backups').ended).code).toBe(0)
  expect(await sk('doctor').ended).toMatchObject({ code: 0, out: expect.stringContaining('absent   docker') })
  const checked = await sk('config', 'check').ended
  expect(checked).toMatchObject({ code: 0, out: expect.stringContaining('labels of containers: not looked at: ') })
})
