import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { recover } from '@salvage-kit/core'
import { command, part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { timeFormat } from '../../../src/name/time-format.ts'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { listSnapshots } from '../../../src/volume/list-snapshots.ts'
import { purgeVolume } from '../../../src/volume/purge-volume.ts'
import { ground, never, rigAt } from '../../integration/volume/ground.ts'
import type { Ground } from '../../integration/volume/ground.ts'
import { judgedSnapshots } from '../../../src/volume/judged-snapshots.ts'
import { startChildren } from './kill.ts'
import type { Children } from './kill.ts'
import type { Wishes } from './wishes.ts'

const SEED = Number(process.env['SALVAGE_SEED'] ?? Date.now() % 1_000_000)
const AT_STEPS = 9
const AT_ANY_MOMENT = 4
const PATTERN = '4h:1d:2w'
const NOW = new Date('2026-11-21T12:00:00')
const HOURS = [500, 400, 201, 200, 52, 51, 50, 28, 27, 26, 3, 2, 1]

describe.skipIf(!part('btrfs').available)(`a purge that is killed (seed ${String(SEED)})`, () => {
  let there: Ground
  let children: Children
  let names: readonly string[] = []
  beforeAll(async () => {
    there = await ground()
    children = startChildren()
    for (const volume of ['v', 'vv']) {
      await createVolume(there, volume, never)
      writeFileSync(join(there.volume(volume), 'file'), volume)
    }
    const time = timeFormat(there.settings.timeFormat)
    names = HOURS.map((hours) => `v@${time.format(new Date(NOW.getTime() - hours * 3_600_000), 0)}`)
    // What a purge must never touch: of another volume, and half received.
    await make(['vv@2020-01-01T00:00:00.000000'], 'vv')
    await command('btrfs', ['subvolume', 'create', there.snapshot('v@2020-01-01T00:00:00.000000')])
  })
  afterAll(async () => {
    children[Symbol.dispose]()
    await there[Symbol.asyncDispose]()
  })

  async function make(missing: readonly string[], volume = 'v'): Promise<void> {
    const script = 'source=$1; shift; for path; do btrfs subvolume snapshot -r "$source" "$path"; done'
    await command('sh', ['-c', script, 'sh', there.volume(volume), ...missing.map((name) => there.snapshot(name))])
  }

  /** Everything that is purged once; a marker pins one, another one is a safety snapshot, and one of those that go is stubborn. */
  async function laid({ isStubborn }: { readonly isStubborn: boolean }): Promise<void> {
    const [marked = '', safety = '', , stubborn = ''] = names
    const newest = names.at(-1) ?? ''
    // By when the file system got them, too, the newest is the newest.
    if (existsSync(there.snapshot(newest))) await command('btrfs', ['subvolume', 'delete', there.snapshot(newest)])
    const all = [...names.slice(0, -1), `${marked}@far`, newest]
    await make(all.filter((name) => !existsSync(there.snapshot(name))))
    mkdirSync(join(there.settings.snapshotsPath, '.salvage-kit/safety'), { recursive: true })
    writeFileSync(join(there.settings.snapshotsPath, '.salvage-kit/safety', safety), '')
    const path = there.snapshot(stubborn)
    if (isStubborn === existsSync(join(path, 'inner'))) return
    await command('btrfs', ['property', 'set', '-ts', path, 'ro', 'false'])
    await command('btrfs', ['subvolume', isStubborn ? 'create' : 'delete', join(path, 'inner')])
    await command('btrfs', ['property', 'set', '-ts', path, 'ro', 'true'])
  }

  function wishes(point?: number): Wishes {
    const { settings } = there
    const work = { settings, state: join(there.folder, 'state'), work: 'purge', from: PATTERN, volume: 'v' } as const
    return { ...work, now: NOW.toISOString(), ...(point === undefined ? {} : { point }) }
  }

  /** Nothing that is kept is lost or changed, nothing is half done, and the next purge comes to the end of it. */
  async function expectKept(kept: readonly string[], doomed: readonly string[], where: string): Promise<void> {
    const rig = rigAt(join(there.folder, 'state'))
    expect(await recover(rig, never), where).toMatchObject({ stuck: [], alive: [] })
    const standing = (): readonly string[] =>
      readdirSync(there.settings.snapshotsPath).filter((name) => name.includes('@'))
    expect(standing(), where).toEqual(expect.arrayContaining([...kept]))
    for (const name of kept)
      if (!name.includes('2020')) expect(readFileSync(join(there.snapshot(name), 'file'), 'utf8')).toBe('v')
    // What still stands is whole.
    const listed = await listSnapshots(there.settings, { ...never, volume: 'v' })
    expect(listed.filter(({ kind }) => kind === 'unfinished').map(({ name }) => name)).toEqual([
      'v@2020-01-01T00:00:00.000000',
    ])
    const { verdicts } = await judgedSnapshots(there.settings, { ...never, volume: 'v', pattern: PATTERN, now: NOW })
    expect(
      verdicts.filter(({ keep }) => keep).map(({ name }) => name),
      where,
    ).toEqual(expect.arrayContaining([...kept]))
    const { failed } = await purgeVolume({ settings: there.settings, rig }, 'v', { ...never, verdicts })
    const left = failed.map(({ name }) => name)
    expect(left.length, where).toBeLessThanOrEqual(1)
    expect(standing().toSorted(), where).toEqual(['vv@2020-01-01T00:00:00.000000', ...kept, ...left].toSorted())
    expect(
      left.every((name) => doomed.includes(name)),
      where,
    ).toBe(true)
    expect(await rig.journal.pending(), where).toEqual([])
  }

  it.each([
    ['that comes to its end', false],
    ['of which one snapshot cannot be removed', true],
  ])('one %s: nothing that is kept is lost, and the next one goes on', async (_, isStubborn) => {
    await laid({ isStubborn })
    const { verdicts } = await judgedSnapshots(there.settings, { ...never, volume: 'v', pattern: PATTERN, now: NOW })
    const kept = verdicts.filter(({ keep }) => keep).map(({ name }) => name)
    const doomed = verdicts.filter(({ keep }) => !keep).map(({ name }) => name)
    expect(doomed.length).toBeGreaterThan(4)
    expect(kept.length).toBeGreaterThan(4)
    expect(doomed).toEqual(expect.arrayContaining([names[1], names[3]]))
    const begun = performance.now()
    const whole = await children.run(wishes(10_000))
    const wholeMs = performance.now() - begun
    const points = Number(/ended after (\d+) points/.exec(whole.output)?.[1])
    expect(points).toBeGreaterThan(5)
    await expectKept(kept, doomed, whole.output)
    let state = SEED
    const random = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return state / 2_147_483_648
    }
    const at = Array.from({ length: points }, (_one, index) => ({ point: index + 1, order: random() }))
    at.sort((one, other) => one.order - other.order)
    let killed = 0
    for (const { point } of at.slice(0, AT_STEPS)) {
      await laid({ isStubborn })
      const ended = await children.run(wishes(point))
      if (ended.killed) killed += 1
      await expectKept(kept, doomed, `point ${String(point)}: ${ended.output}`)
    }
    expect(killed).toBeGreaterThan(Math.min(points, AT_STEPS) / 2)
    for (let round = 0; round < AT_ANY_MOMENT; round += 1) {
      await laid({ isStubborn })
      const ms = random() * Math.min(wholeMs, 300)
      const ended = await children.run(wishes(), ms)
      await expectKept(kept, doomed, `after ${String(ms)} ms: ${ended.output}`)
    }
  })
})
