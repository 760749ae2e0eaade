import { readdirSync, renameSync } from 'node:fs'
import { effectContract } from '@salvage-kit/core/testing'
import { command, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { snapshotSubvolume } from '../../../src/subvolume/subvolume.ts'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { discardEffect, unmakeEffect } from '../../../src/volume/discard-effect.ts'
import { exchange, prepareExchange } from '../../../src/volume/exchange.ts'
import { hiddenPath } from '../../../src/volume/place.ts'
import { restoreEffect } from '../../../src/volume/restore-effect.ts'
import { markSafety, safetyNames } from '../../../src/volume/safety.ts'
import { placesOf, readRestoreToken, restoreToken } from '../../../src/volume/restore-token.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { ground, never } from './ground.ts'
import type { Ground } from './ground.ts'

const RUN = '20261121t080000z-c0ffee'
const SAFETY = 'v@2026-11-21T08:00:00.000000'

/** A volume that holds `now`, with a snapshot that holds `then`. */
async function world(): Promise<{ readonly there: Ground; readonly from: string }> {
  const there = await ground(160)
  await createVolume(there, 'v', never)
  await there.write('v', 'then')
  const { snapshot } = await snapshotVolume(there, 'v', never)
  await there.write('v', 'now')
  return { there, from: there.snapshot(snapshot) }
}

async function stateOf(there: Ground): Promise<unknown> {
  return {
    volumes: readdirSync(there.settings.volumesPath).toSorted(),
    snapshots: readdirSync(there.settings.snapshotsPath).filter((name) => name.includes('@')),
    content: await there.read('v'),
    inode: await command('btrfs', ['subvolume', 'show', there.volume('v')]).then(
      (text) => /UUID:\s+(\S+)/.exec(text)?.[1],
    ),
  }
}

describe.skipIf(!part('btrfs').available)('effects of volumes', () => {
  effectContract('btrfs.restore', async () => {
    const { there, from } = await world()
    const token = restoreToken(there.settings, { volume: 'v', runId: RUN, safety: SAFETY })
    return {
      effect: restoreEffect(),
      again: restoreEffect,
      token: async () => ({ ...token }),
      act: async (given) => prepareExchange(readRestoreToken(given), from, never),
      actHalf: async (given) => {
        await prepareExchange(readRestoreToken(given), from, never)
        const { volume, old } = placesOf(readRestoreToken(given))
        renameSync(volume, old)
      },
      state: async () => stateOf(there),
      [Symbol.asyncDispose]: async () => there[Symbol.asyncDispose](),
    }
  })

  effectContract('btrfs.discard', async () => {
    const { there } = await world()
    const path = hiddenPath(there.settings, 'n', RUN)
    return {
      effect: discardEffect(),
      again: discardEffect,
      token: async () => ({ path }),
      act: async () => void (await command('btrfs', ['subvolume', 'create', path])),
      state: async () => stateOf(there),
      [Symbol.asyncDispose]: async () => there[Symbol.asyncDispose](),
    }
  })

  effectContract('btrfs.unmake', async () => {
    const { there } = await world()
    const path = there.volume('n')
    return {
      effect: unmakeEffect(),
      again: unmakeEffect,
      token: async () => ({ path }),
      act: async () => void (await command('btrfs', ['subvolume', 'create', path])),
      state: async () => stateOf(there),
      [Symbol.asyncDispose]: async () => there[Symbol.asyncDispose](),
    }
  })

  it('a volume that somebody has written to was made whole, and stays', async () => {
    const { there: given } = await world()
    await using there = given
    await command('btrfs', ['subvolume', 'create', there.volume('n')])
    await there.write('n', 'kept')
    await unmakeEffect().undo({ path: there.volume('n') }, never)
    expect(await there.read('n')).toBe('kept')
  })

  it('an exchange that was made stays, and only what it left is removed', async () => {
    const { there: given, from } = await world()
    await using there = given
    const token = restoreToken(there.settings, { volume: 'v', runId: RUN, safety: SAFETY })
    const { volume, old, fresh } = placesOf(token)
    await prepareExchange(token, from, never)
    renameSync(volume, old)
    renameSync(fresh, volume)
    await there.write('v', 'written since')
    for (let again = 0; again < 2; again += 1) {
      await restoreEffect().undo({ ...token }, never)
      expect(await stateOf(there)).toMatchObject({ volumes: ['v'], content: 'written since' })
      expect(await there.read(SAFETY)).toBe('now')
    }
  })

  it('what somebody else made under the name in the middle is never touched', async () => {
    const { there: given, from } = await world()
    await using there = given
    const token = restoreToken(there.settings, { volume: 'v', runId: RUN, safety: SAFETY })
    const { volume, old } = placesOf(token)
    await prepareExchange(token, from, never)
    renameSync(volume, old)
    await createVolume(there, 'v', never)
    await expect(restoreEffect().undo({ ...token }, never)).rejects.toMatchObject({ code: 'VOLUME.EXCHANGE' })
    await command('btrfs', ['subvolume', 'delete', volume])
    await restoreEffect().undo({ ...token }, never)
    expect(await stateOf(there)).toMatchObject({ volumes: ['v'], content: 'now' })
  })

  it('the next verb on the volume finds what a dead process left, and puts it back', async () => {
    const { there: given, from } = await world()
    await using there = given
    const token = restoreToken(there.settings, { volume: 'v', runId: RUN, safety: SAFETY })
    await there.rig.journal.open([
      {
        runId: RUN,
        order: 0,
        undo: { kind: 'effect', effect: 'btrfs.restore', target: 'btrfs:v', token: { ...token } },
      },
    ])
    await prepareExchange(token, from, never)
    renameSync(placesOf(token).volume, placesOf(token).old)
    const { snapshot } = await snapshotVolume(there, 'v', never)
    expect(await there.read(snapshot)).toBe('now')
    expect(readdirSync(there.settings.volumesPath)).toEqual(['v'])
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('an exchange without a volume to save', async () => {
    const { there: given, from } = await world()
    await using there = given
    const token = restoreToken(there.settings, { volume: 'n', runId: RUN, safety: null })
    await prepareExchange(token, from, never)
    await restoreEffect().undo({ ...token }, never)
    expect(readdirSync(there.settings.volumesPath)).toEqual(['v'])
    await prepareExchange(token, from, never)
    await exchange(token)
    await restoreEffect().undo({ ...token }, never)
    expect(await there.read('n')).toBe('then')
  })

  it('takes back what was saved when what was to come in its place never came about', async () => {
    const { there } = await world()
    await using _there = there
    const before = await stateOf(there)
    const token = restoreToken(there.settings, { volume: 'v', runId: RUN, safety: SAFETY })
    await markSafety(there.settings, SAFETY)
    await snapshotSubvolume(there.volume('v'), there.snapshot(SAFETY), never)
    await restoreEffect().undo({ ...token }, never)
    await restoreEffect().undo({ ...token }, never)
    expect(await stateOf(there)).toEqual(before)
    expect(await safetyNames(there.settings)).toEqual(new Set())
  })
})
