import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Finding, LiftRef, RestorePoint } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import type { TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ContainerCraneSettings } from '../../src/crane/settings.ts'
import { volumeProvisioner } from '../../src/volume-provisioner.ts'
import { calm, DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { CRANE2_IMAGE, craneYard, liftRef } from '../crane-yard.ts'
import { failureOf, listed, STORE } from '../crane2-words.ts'

const SECRET = 'hunter2 of the store'

describe.skipIf(!DOCKER)('a crane image of version 2', () => {
  let on: Yard
  let folder: TemporaryDirectory
  beforeAll(async () => {
    on = await craneYard()
  }, 120_000)
  beforeEach(async () => {
    folder = temporaryDirectory()
    await writeFile(join(folder.path, 'key'), SECRET, { mode: 0o600 })
    await on.volume('data1', { file: 'content' })
  })
  afterEach(async () => {
    folder[Symbol.dispose]()
    expect(await on.vessels()).toEqual([])
    await on.clean()
  })
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const source = { medium: 'docker-volume', name: 'data1' } as const
  const init = { ...calm(), init: true }
  const keyed = (): Partial<ContainerCraneSettings> => ({ secrets: { KEY: join(folder.path, 'key') } })
  const made = async (settings: Partial<ContainerCraneSettings> = {}): Promise<RestorePoint> => {
    await on.crane2(settings).preflight(STORE, [source], init)
    return (await on.crane2(settings).lift(liftRef('data1'), source, calm())).point
  }

  test('says what it can do with its store', async () => {
    expect(await on.crane2().abilities?.(STORE, calm())).toEqual({ archives: true, deduplicates: true })
    expect(await on.crane().abilities?.(STORE, calm())).toEqual({ archives: false, deduplicates: false })
    await label('salvage-test/writes-only', 'salvage.crane.actions= lift , check ')
    const settings = { image: 'salvage-test/writes-only' }
    expect(await on.crane2(settings).abilities?.(STORE, calm())).toMatchObject({ archives: false })
    await expect(listed(on.crane2(settings))).rejects.toMatchObject({ code: 'STORE.WRITE_ONLY' })
  })

  test.each(['salvage.crane.contract=3', 'salvage.crane.contract=two', 'salvage.crane.actions=check'])(
    'a contract that is not known is refused before anything else: %s',
    async (text) => {
      await label('salvage-test/unknown', text)
      const crane = on.crane2({ image: 'salvage-test/unknown' })
      await expect(crane.preflight(STORE, [source], init)).rejects.toMatchObject({ code: 'CRANE.CONTRACT' })
      await expect(crane.lift(liftRef('data1'), source, calm())).rejects.toMatchObject({ code: 'CRANE.CONTRACT' })
    },
  )

  async function label(image: string, text: string): Promise<void> {
    await on.cli('create', '--name=mould', '--network=none', CRANE2_IMAGE)
    await on.cli('commit', '--change', `LABEL ${text.replace(/=(.*)$/, '="$1"')}`, 'mould', image)
    await on.cli('rm', 'mould')
  }

  test('no store, and one that is made when that is asked for', async () => {
    const crane = on.crane2()
    expect(await failureOf(crane.preflight(STORE, [source], { ...calm(), init: false }))).toMatchObject({
      code: 'STORE.NOT_FOUND',
      hint: expect.stringContaining('--init'),
    })
    await expect(listed(on.crane2())).rejects.toMatchObject({ code: 'STORE.NOT_FOUND' })
    await crane.preflight(STORE, [source], init)
    await crane.preflight(STORE, [source], { ...calm(), init: false })
    expect(await listed(on.crane2())).toEqual([])
  })

  test('an archive that was changed in the store is found by check and lower', async () => {
    const point = await made()
    await on.cli(
      'run',
      '--rm',
      '--network=none',
      '-v',
      'store:/s',
      CRANE2_IMAGE,
      'sh',
      '-c',
      'for one in /s/*.tar; do echo x >> $one; done',
    )
    const { archives } = on.crane2()
    await expect(archives?.check?.(point, STORE, calm())).rejects.toMatchObject({ code: 'ARCHIVE.DAMAGED' })
    const destination = await on.volume('new')
    await expect(archives?.lower(point, STORE, destination, calm())).rejects.toMatchObject({ code: 'ARCHIVE.DAMAGED' })
  })

  test('secrets are files, and stand nowhere else', async () => {
    const lines: string[] = []
    const settings = { ...keyed(), env: { CRANE_DEBUG: '1', CRANE_SLEEP: '2', CRANE_HANG_AT: 'lift' } }
    await on.crane2(settings).preflight(STORE, [source], init)
    const ref = liftRef('data1')
    const lift = on.crane2(settings, { onLine: (_ref, line) => lines.push(line) }).lift(ref, source, calm())
    await on.ready(ref)
    const inspected = await on.cli('inspect', `salvage-${ref.id}`)
    await lift
    expect(inspected).not.toContain('hunter2')
    expect(lines).toContain('the secret is ***')
    expect(lines.join('\n')).not.toContain('hunter2')
    expect(lines.join('\n')).toMatch(/-r--r--r--.* KEY/)
    expect(lines).toContain(`salvage-${ref.id}`)
    const failure = await failureOf(
      on.crane2({ ...settings, env: { ...settings.env, CRANE_DIE_AT: 'lift' } }).lift(liftRef('data1'), source, calm()),
    )
    expect(failure.why).toContain('about to fail')
    expect(JSON.stringify([failure, failure.why, failure.message])).not.toContain('hunter2')
  })

  test('a secret that is wrong, missing, empty or no file is found before a run', async () => {
    await made(keyed())
    await writeFile(join(folder.path, 'other'), 'another')
    await writeFile(join(folder.path, 'empty'), '')
    const cases = { other: 'STORE.WRONG_PASSWORD', empty: 'CRANE.SECRET', none: 'CRANE.SECRET', '.': 'CRANE.SECRET' }
    for (const [file, code] of Object.entries(cases)) {
      const crane = on.crane2({ secrets: { KEY: join(folder.path, file) } })
      await expect(crane.preflight(STORE, [source], init)).rejects.toMatchObject({ code })
    }
  })

  test('nothing is mounted over what the contract puts there', async () => {
    for (const mounts of [{ store: '/salvage/result' }, { store: '/salvage' }, { store: '/run' }]) {
      const crane = on.crane2({ ...keyed(), mounts })
      await expect(crane.preflight(STORE, [source], init)).rejects.toMatchObject({ code: 'CRANE.MOUNT' })
    }
  })

  test('a network that is not there is found before a run, and one that is there is joined', async () => {
    const crane = on.crane2({ network: 'salvage-nowhere' })
    await expect(crane.preflight(STORE, [source], init)).rejects.toMatchObject({ code: 'CRANE.NETWORK' })
    await on.crane2({ network: 'none' }).preflight(STORE, [source], init)
    const ref = liftRef('data1')
    const settings = { network: 'none', env: { CRANE_SLEEP: '2', CRANE_HANG_AT: 'lift' } }
    const lift = on.crane2(settings).lift(ref, source, calm())
    await on.ready(ref)
    expect(await on.cli('inspect', '--format={{.HostConfig.NetworkMode}}', `salvage-${ref.id}`)).toBe('none')
    await lift
  })

  test('what a lift says of itself stands in the point and in the list', async () => {
    const point = await made()
    expect(point).toMatchObject({ kind: 'archive', state: 'good', storedBytes: expect.any(Number) })
    const { token: _token, ...rest } = point
    expect(await listed(on.crane2())).toEqual([{ ...rest, takenAt: point.takenAt }])
  })

  test.each([
    ['nothing', ''],
    ['no JSON', 'id=1'],
    ['no id', '{"bytes":1}'],
    ['an id of two lines', '{"id":"a\\nb"}'],
    ['a number that is none', '{"id":"a","bytes":-1}'],
  ])('a lift that ends with 0 and says %s has failed, and is withdrawn', async (_name, text) => {
    await on.crane2().preflight(STORE, [source], init)
    const crane = on.crane2({ env: { CRANE_RESULT: text } })
    const ref = liftRef('data1')
    await expect(crane.lift(ref, source, calm())).rejects.toMatchObject({ code: 'CRANE.RESULT' })
    expect(await listed(on.crane2())).toHaveLength(1)
    await crane.archives?.withdraw(ref, calm())
    expect(await listed(on.crane2())).toEqual([])
  })

  test('findings and exit code 3 make a copy partial', async () => {
    const said = JSON.stringify({
      id: 'a',
      findings: [
        { code: 'X.Y', message: 'a\u0007b' },
        { code: 'x', message: 'c' },
      ],
    })
    await on.crane2().preflight(STORE, [source], init)
    const lift = async (env: Readonly<Record<string, string>>): Promise<[string, readonly Finding[]]> => {
      const { point, findings } = await on.crane2({ env }).lift(liftRef('data1'), source, calm())
      return [point.state, findings]
    }
    const findings = [
      { code: 'X.Y', message: 'a b' },
      { code: 'CRANE.SAID', message: 'c' },
    ]
    expect(await lift({ CRANE_RESULT: said })).toEqual(['partial', findings])
    expect(await lift({ CRANE_RESULT: said, CRANE_EXIT: '3' })).toEqual(['partial', findings])
    expect(await lift({ CRANE_EXIT: '3' })).toMatchObject(['partial', [{ code: 'CRANE.PARTIAL' }]])
  })

  test('an archive of a warm lift is in no list, and withdraw removes it', async () => {
    await on.crane2().preflight(STORE, [source], init)
    const ref: LiftRef = { ...liftRef('data1'), warm: true }
    await on.crane2().lift(ref, source, calm())
    expect(await listed(on.crane2())).toEqual([])
    await on.crane2().archives?.withdraw(ref, calm())
    expect(await on.cli('run', '--rm', '--network=none', '-v', 'store:/s', CRANE2_IMAGE, 'ls', '/s')).toBe('')
  })

  test('a line of the list that cannot be read is told, and the others stand', async () => {
    const point = await made()
    await on.cli('run', '--rm', '--network=none', '-v', 'store:/s', CRANE2_IMAGE, 'sh', '-c', 'echo bad > /s/0.json')
    const problems: Finding[] = []
    const points = on.crane2().archives?.list(STORE, { ...calm(), onProblem: (finding) => problems.push(finding) })
    expect((await Array.fromAsync(points ?? [])).map(({ id }) => id)).toEqual([point.id])
    expect(problems).toMatchObject([{ code: 'CRANE.RESULT', message: expect.stringContaining('line 1') }])
  })

  test('an id that stands twice in a list is told, and stands for no point: forgetting one would forget both', async () => {
    const point = await made()
    const other = await made()
    const twice = `cp /s/${other.id}.json /s/0.json`
    await on.cli('run', '--rm', '--network=none', '-v', 'store:/s', CRANE2_IMAGE, 'sh', '-c', twice)
    const problems: Finding[] = []
    const points = on.crane2().archives?.list(STORE, { ...calm(), onProblem: (finding) => problems.push(finding) })
    expect((await Array.fromAsync(points ?? [])).map(({ id }) => id)).toEqual([point.id])
    expect(problems).toMatchObject([{ code: 'CRANE.RESULT', message: expect.stringContaining(other.id) }])
  })

  test('a volume that is being filled goes together with what fills it, when its restore is taken back', async () => {
    const point = await made()
    const ref = 'docker:filled'
    const provisioner = volumeProvisioner(async () => on.engine)
    const media = new Set(['docker-volume'] as const)
    const token = await provisioner.prepare(ref, 'run-1', { ...calm(), media })
    const destination = await provisioner.create(token, calm())
    const settings = { env: { CRANE_HANG_AT: 'lower' } }
    const lower = failureOf(on.crane2(settings).archives?.lower(point, STORE, destination, calm()))
    while ((await on.cli('ps', '--quiet', '--filter=label=salvage-kit.action=lower')) === '') await sleep(50)
    await provisioner.remove(token, calm())
    expect(await on.engine.inspectVolume('filled', calm())).toBeUndefined()
    expect(await on.vessels()).toEqual([])
    expect((await lower).code).toMatch(/^CRANE\./)
  })

  test('a directory that the engine sees too is filled', async () => {
    const point = await made()
    await on.crane2().archives?.lower(point, STORE, { medium: 'directory', path: folder.path }, calm())
    expect(await on.read('data1', 'file')).toBe('content')
    expect((await readdir(folder.path)).toSorted()).toEqual(['file', 'key'])
  })
})
