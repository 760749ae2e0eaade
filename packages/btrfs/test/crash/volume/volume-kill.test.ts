import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { recover } from '@salvage-kit/core'
import { command, part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noCommandOn } from '../../../src/command/commands-on.ts'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { listSnapshots } from '../../../src/volume/list-snapshots.ts'
import { listVolumes } from '../../../src/volume/list-volumes.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { ground, never, rigAt } from '../../integration/volume/ground.ts'
import type { Ground } from '../../integration/volume/ground.ts'
import { startChildren } from './kill.ts'
import type { Children, Ended } from './kill.ts'
import type { Wishes } from './wishes.ts'

const SEED = Number(process.env['SALVAGE_SEED'] ?? 20261121)
/** Besides those at every step. */
const RANDOM_KILLS = 25
const MOST_ROUNDS = 100
const FILES = 20

describe.skipIf(!part('btrfs').available)(`a process killed with SIGKILL (seed ${String(SEED)})`, () => {
  let there: Ground
  let snapshot = ''
  let kills = 0
  let children: Children
  beforeAll(async () => {
    there = await ground()
    children = startChildren()
    await createVolume(there, 'v', never)
    fill('new')
    snapshot = (await snapshotVolume(there, 'v', never)).snapshot
  })
  afterAll(async () => {
    console.log(`killed ${String(kills)} times, seed ${String(SEED)}`)
    children[Symbol.dispose]()
    await there[Symbol.asyncDispose]()
  })

  function fill(content: string): void {
    for (let n = 0; n < FILES; n += 1)
      writeFileSync(join(there.volume('v'), `file${String(n)}`), `${content} ${String(n)}`)
  }
  function wishes(work: Wishes['work'], volume: string, point?: number): Wishes {
    const from = work === 'clone' ? 'v' : snapshot
    const { settings } = there
    return {
      settings,
      state: join(there.folder, 'state'),
      work,
      from,
      volume,
      ...(point === undefined ? {} : { point }),
    }
  }
  /** As the next process would; nothing hidden may be left, and a second recovery finds nothing. */
  async function recovered(where: string): Promise<void> {
    const rig = rigAt(join(there.folder, 'state'))
    expect(await recover(rig, never), where).toMatchObject({ stuck: [], alive: [] })
    const before = await command('find', [there.root, '-printf', '%p %i\n'])
    expect(await recover(rig, never), where).toEqual({ undone: 0, stuck: [], alive: [] })
    expect(await command('find', [there.root, '-printf', '%p %i\n']), where).toBe(before)
    expect(await rig.journal.pending(), where).toEqual([])
    const names = readdirSync(there.settings.volumesPath)
    expect(
      names.filter((name) => name.startsWith('.')),
      where,
    ).toEqual([])
    expect(names.toSorted(), where).toEqual(await listVolumes(there.settings, never))
  }
  /** After a restore of `v`; puts everything back for the next one. */
  async function expectOldOrNew(ended: Ended, where: string): Promise<string> {
    await recovered(where)
    const content = contentOf(there.volume('v'))
    expect(['old', 'new'], where).toContain(content)
    const listed = await listSnapshots(there.settings, { ...never, volume: 'v' })
    const others = listed.filter(({ name }) => name !== snapshot)
    // What stands there is the safety snapshot of an exchange that was made, whole and known as such.
    expect(
      others.map(({ name, kind }) => [kind, contentOf(there.snapshot(name))]),
      where,
    ).toEqual(content === 'new' ? [['safety', 'old']] : [])
    if (!ended.killed) expect(content, where).toBe('new')
    expect(contentOf(there.snapshot(snapshot)), where).toBe('new')
    for (const { name } of others) await command('btrfs', ['subvolume', 'delete', there.snapshot(name)])
    fill('old')
    return content
  }

  it('in a restore, at every step: the old content or the new one, and nothing else', async () => {
    fill('old')
    const seen = new Set<string>()
    for (let point = 1; ; point += 1) {
      const ended = await children.run(wishes('restore', 'v', point))
      seen.add(await expectOldOrNew(ended, ended.output))
      if (!ended.killed) break
      kills += 1
    }
    expect(seen).toEqual(new Set(['old', 'new']))
  })

  it('in a restore into a new volume, at every step: all of it or nothing', async () => {
    for (let point = 1; ; point += 1) {
      const ended = await children.run(wishes('restore', 'fresh', point))
      await recovered(ended.output)
      if ((await listVolumes(there.settings, never)).includes('fresh')) {
        expect(contentOf(there.volume('fresh')), ended.output).toBe('new')
        await command('btrfs', ['subvolume', 'delete', there.volume('fresh')])
      }
      if (!ended.killed) break
      kills += 1
    }
  })

  it.each(['create', 'clone', 'snapshot'] as const)('in a %s, at every step: all of it or nothing', async (work) => {
    for (let point = 1; ; point += 1) {
      const ended = await children.run(wishes(work, work === 'snapshot' ? 'v' : 'made', point))
      // A command that was begun may still come to its end, or be begun by a shell that was told.
      await noCommandOn([there.volume('v'), there.volume('made')], never)
      await command('btrfs', ['filesystem', 'sync', there.root])
      await recovered(ended.output)
      const listed = await listSnapshots(there.settings, { ...never, volume: 'v' })
      for (const { name, kind } of listed.filter((one) => one.name !== snapshot)) {
        expect([kind, contentOf(there.snapshot(name))], ended.output).toEqual(['snapshot', 'old'])
        await command('btrfs', ['subvolume', 'delete', there.snapshot(name)])
      }
      if ((await listVolumes(there.settings, never)).includes('made')) {
        const path = there.volume('made')
        if (work === 'clone') expect(contentOf(path), ended.output).toBe('old')
        else expect(await command('lsattr', ['-d', path]), ended.output).toMatch(/^-*C-* /)
        await command('btrfs', ['subvolume', 'delete', path])
      }
      if (!ended.killed) break
      kills += 1
    }
  })

  it(`in a restore, ${String(RANDOM_KILLS)} times at any moment`, async () => {
    let state = SEED
    let killed = 0
    for (let round = 0; killed < RANDOM_KILLS && round < MOST_ROUNDS; round += 1) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      const ms = (state / 2_147_483_648) * 60
      const ended = await children.run(wishes('restore', 'v'), ms)
      if (ended.killed) killed += 1
      await expectOldOrNew(ended, `after ${String(ms)} ms: ${ended.output}`)
    }
    kills += killed
  })

  it('was killed at least 70 times', () => {
    expect(kills).toBeGreaterThanOrEqual(70)
  })
})

/** `old`, `new`, or what is wrong. */
function contentOf(path: string): string {
  const names = readdirSync(path)
  const words = names.map((name) => readFileSync(join(path, name), 'utf8').split(' ')[0])
  return names.length === FILES ? [...new Set(words)].join(' and ') : `${String(names.length)} files`
}
