import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { calm, DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { CRANE_IMAGE, craneYard, liftRef } from '../crane-yard.ts'

describe.skipIf(!DOCKER)('a crane image of the original works unchanged', () => {
  let on: Yard
  beforeAll(async () => {
    on = await craneYard()
  }, 120_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  test('the four variables win, the volume cannot be written, the metadata is byte for byte', async () => {
    await on.cli('volume', 'create', '--label=com.docker.compose.volume=data', '--label=b=2', 'p1_data')
    const source = await on.volume('p1_data', { 'file one': '1' })
    await on.volume('out1')
    const ref = liftRef('p1_data')
    const env = { FOO: 'bar baz=1', SALVAGE_VOLUME_NAME: 'mine', CRANE_OUT: '/out', EMPTY: '' }
    const before = Date.now()
    const lines: string[] = []
    const onLine = (_ref: unknown, line: string): void => void lines.push(line)
    const crane = on.crane({ env, mounts: { out1: '/out' } }, { onLine })
    const { point, findings } = await crane.lift(ref, source, calm())

    expect(findings).toEqual([])
    expect(point).toEqual({
      kind: 'archive',
      id: ref.id,
      target: 'docker:p1_data',
      store: 'crane:c',
      takenAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      state: 'good',
      machine: 'machine one',
      runId: ref.runId,
      token: null,
    })
    expect((await on.read('out1', 'env')).split('\n')).toEqual(
      expect.arrayContaining([
        'SALVAGE_MACHINE_NAME=machine one',
        'SALVAGE_CRANE_NAME=c',
        'SALVAGE_VOLUME_NAME=p1_data',
        'SALVAGE_TIDE_TIMESTAMP=1795248000',
        'FOO=bar baz=1',
        'EMPTY=',
      ]),
    )
    expect((await on.read('out1', 'listing')).trim()).toBe('file one')
    // The engine does not keep the order between the two outputs.
    expect(lines.toSorted()).toEqual(['crane c on machine one for p1_data at 1795248000', 'last words', 'ready'])
    expect(await on.read('out1', 'mount')).toMatch(/ \/salvage\/volume \S+ ro,/)
    expect((await on.read('out1', 'meta.stat')).trim()).toBe('444 0 0')
    const meta = await on.read('out1', 'meta.json')
    const timestamp = Number(/"timestamp": (\d+)/.exec(meta)?.[1])
    expect(timestamp).toBeGreaterThanOrEqual(before)
    expect(timestamp).toBeLessThanOrEqual(Date.now())
    expect(meta).toBe(
      `{
  "hostMeta": {
    "timestamp": ${String(timestamp)},
    "executionStart": 1795248000500,
    "host": "machine one"
  },
  "volumeMeta": {
    "name": "p1_data",
    "labels": {
      "b": "2",
      "com.docker.compose.volume": "data"
    },
    "driver": "local"
  },
  "crane": "c",
  "image": "${CRANE_IMAGE}"
}`,
    )
    expect(await on.vessels()).toEqual([])
  })

  test('the container is what the original makes, but named, labelled and kept until it is judged', async () => {
    const source = await on.volume('d1')
    const ref = liftRef('d1')
    const lift = on.crane({ env: { CRANE_SLEEP: '2' } }).lift(ref, source, calm())
    await on.ready(ref)
    const text = await on.cli('inspect', `salvage-${ref.id}`)
    expect(JSON.parse(text)).toMatchObject([
      {
        Config: {
          Image: CRANE_IMAGE,
          Labels: {
            'salvage.entity': 'crane',
            'salvage-kit.run': ref.runId,
            'salvage-kit.lift': ref.id,
            'salvage-kit.target': 'docker:d1',
          },
          Cmd: ['/bin/crane'],
          Entrypoint: null,
          Tty: false,
          StopTimeout: 120,
        },
        HostConfig: {
          AutoRemove: false,
          NetworkMode: 'default',
          Privileged: false,
          RestartPolicy: { Name: '' },
          Mounts: [
            {
              Type: 'volume',
              Source: 'd1',
              Target: '/salvage/volume',
              ReadOnly: true,
              VolumeOptions: { NoCopy: true },
            },
          ],
        },
      },
    ])
    await lift
  })

  test('an empty volume stays empty although the image has files at that place', async () => {
    const source = await on.volume('empty')
    await on.volume('out2')
    await on.crane({ env: { CRANE_OUT: '/out' }, mounts: { out2: '/out' } }).lift(liftRef('empty'), source, calm())
    expect(await on.read('out2', 'listing')).toBe('')
  })

  test('T-24: an extra volume that is not there is made, filled from the image, and writable; a host path too', async () => {
    const source = await on.volume('d2', { a: '1' })
    const folder = `${on.dockerd.socket}.host`
    await on.cli('run', '--rm', '--network=none', '--volume', `${folder}:/x`, CRANE_IMAGE, 'true')
    const crane = on.crane({ env: { CRANE_OUT: '/cache' }, mounts: { cachevol: '/cache', [folder]: '/host' } })
    await crane.preflight(liftRef('d2').store, [source], { ...calm(), init: true })
    await crane.lift(liftRef('d2'), source, calm())
    expect(await on.read('cachevol', 'seeded')).toBe('seeded\n')
    expect((await on.read('cachevol', 'listing')).trim()).toBe('a')
    const out = on.crane({ env: { CRANE_OUT: '/host' }, mounts: { [folder]: '/host' } })
    await out.lift(liftRef('d2'), source, calm())
    expect(
      await on.cli('run', '--rm', '--network=none', '--volume', `${folder}:/x`, CRANE_IMAGE, 'cat', '/x/listing'),
    ).toBe('a')
  })

  test('a borg-like crane archives all of /salvage from the four variables', async () => {
    const source = await on.volume('p1_db', { 'base/1': 'row', 'base/2': 'row' })
    await on.volume('repo')
    await on
      .crane({ env: { CRANE_ARCHIVE: '/borg' }, mounts: { repo: '/borg' } })
      .lift(liftRef('p1_db'), source, calm())
    const tar = '/r/v_p1_db-2026-11-21_08-00-00.tar'
    const names = await on.cli('run', '--rm', '--network=none', '-v', 'repo:/r', CRANE_IMAGE, 'tar', '-tf', tar)
    expect(names.split('\n')).toEqual(
      expect.arrayContaining(['./volume/base/1', './volume/base/2', './meta/meta.json']),
    )
  })

  test('two lifts of one crane take turns when it says so', async () => {
    const source = await on.volume('d3')
    const crane = on.crane({ maxConcurrent: 1, env: { CRANE_SLEEP: '1' } })
    const [first, second] = [liftRef('d3'), liftRef('d3')]
    let lifting = true
    const both = Promise.all([crane.lift(first, source, calm()), crane.lift(second, source, calm())]).finally(() => {
      lifting = false
    })
    const counts: number[] = []
    const isLifting = (): boolean => lifting
    while (isLifting()) counts.push((await on.vessels()).length)
    await both
    expect(Math.max(...counts)).toBe(1)
  })
})
