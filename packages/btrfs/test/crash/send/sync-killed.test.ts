import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { command, part, privateSshd } from '@salvage-kit/testbed'
import { createSubvolume } from '../../../src/subvolume/subvolume.ts'
import { syncVolume } from '../../../src/sync/sync-volume.ts'
import { runningFor } from '../../integration/send/running-for.ts'
import { ground, never } from '../../integration/volume/ground.ts'
import { fraction, waitingChild } from './waiting-child.ts'

const KILLS = 20
const FILES = 40
const BYTES = 200_000
const seed = Number(process.env['SALVAGE_SEED'] ?? Date.now() % 1_000_000)
const script = join(import.meta.dirname, 'sync-child.ts')
const isThere = part('btrfs').available && part('sshd').available

/** The round in which each file was written; throws when one is not whole. */
async function roundsOf(folder: string): Promise<readonly number[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'))
  return Promise.all(
    names.map(async (name) => {
      const content = await readFile(join(folder, name))
      const [round = -1] = content
      if (content.length !== BYTES || content.some((byte) => byte !== round)) throw new Error(`${name} is not whole`)
      return round
    }),
  )
}

describe.skipIf(!isThere)('a sync that is killed', () => {
  test(`leaves whole files only, and the next one ends it: ${String(KILLS)} kills, seed ${String(seed)}`, async () => {
    await using here = await ground(400)
    await using sshd = await privateSshd()
    const far = join(here.root, 'far')
    await mkdir(far)
    await createSubvolume(here.volume('v'), never)
    await createSubvolume(join(far, 'v'), never)
    const host = { rig: here.rig, settings: { ...here.settings, sshPort: 0 } }
    const options = { configFile: sshd.configFile, farVolumesPath: far }
    const { volumesPath, snapshotsPath } = here.settings
    const work = { state: join(here.folder, 'state'), volume: 'v', volumesPath, snapshotsPath, ...options }
    const write = async (round: number): Promise<void> => {
      for (let file = 0; file < FILES; file++) {
        const path = join(far, 'v', `file-${String(file)}`)
        await writeFile(path, Buffer.alloc(BYTES, round))
        await utimes(path, 1_600_000_000 + round, 1_600_000_000 + round)
      }
    }
    let next = waitingChild(script)
    const run = async (afterMs: number): Promise<number | null> => {
      const child = next
      next = waitingChild(script)
      return child.go(work, { afterMs, by: child.kill })
    }
    try {
      await write(0)
      const begun = performance.now()
      expect(await run(60_000)).toBe(0)
      const wholeMs = performance.now() - begun
      let unfinished = 0
      for (let kill = 1; kill <= KILLS; kill++) {
        await write(kill)
        const code = await run(wholeMs * fraction(seed, kill))
        if (code === null) unfinished += 1
        await expect.poll(async () => runningFor(sshd.configFile), { timeout: 5000 }).toEqual([])
        for (const round of await roundsOf(here.volume('v'))) expect([kill - 1, kill]).toContain(round)

        const done = await syncVolume(host, { volume: 'v', hosts: ['a'] }, { ...never, ...options })
        expect(done.hosts).toEqual([{ host: 'a' }])
        expect(await roundsOf(here.volume('v'))).toEqual(Array.from({ length: FILES }, () => kill))
        expect((await readdir(here.volume('v'))).filter((name) => name.startsWith('.'))).toEqual([])
        const saved = (await readdir(snapshotsPath)).filter((name) => name.startsWith('v@'))
        await command('btrfs', ['subvolume', 'delete', ...saved.map((name) => here.snapshot(name))])
      }
      // Else the kills did not fall where something can go wrong.
      expect(unfinished).toBeGreaterThan(KILLS / 4)
    } finally {
      next.kill()
    }
  })
})
