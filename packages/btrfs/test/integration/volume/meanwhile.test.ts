import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { command, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { listSnapshots } from '../../../src/volume/list-snapshots.ts'
import { restoreVolume } from '../../../src/volume/restore-volume.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { usageOf } from '../../../src/volume/usage.ts'
import { ground, never } from './ground.ts'

/** Writes files one after another, each with the number of the one before, until it is killed. */
const WRITER = 'cd "$1"; n=0; while :; do n=$((n+1)); echo $n > f$n; echo $n > last; done'

describe.skipIf(!part('btrfs').available)('while others work', () => {
  it('a snapshot is one point in time: no later write without all earlier ones', async () => {
    await using there = await ground()
    await createVolume(there, 'v', never)
    const writer = spawn('sh', ['-c', WRITER, 'sh', there.volume('v')], { stdio: 'ignore' })
    try {
      await delay(200)
      for (let round = 0; round < 10; round += 1) {
        const { snapshot } = await snapshotVolume(there, 'v', never)
        const names = readdirSync(there.snapshot(snapshot)).filter((name) => name.startsWith('f'))
        const numbers = names.map((name) => Number(name.slice(1))).toSorted((a, b) => a - b)
        expect(numbers).toEqual(numbers.map((_, index) => index + 1))
        // `last` is written after its file; it is empty in the moment between its two writes.
        const last = Number(readFileSync(`${there.snapshot(snapshot)}/last`, 'utf8'))
        expect(last === 0 || last === numbers.length || last === numbers.length - 1).toBe(true)
      }
    } finally {
      writer.kill('SIGKILL')
      await once(writer, 'exit')
    }
  })

  it('a restore that is aborted at any moment was made, or is taken back whole', async () => {
    await using there = await ground()
    await createVolume(there, 'v', never)
    await there.write('v', 'new')
    const { snapshot } = await snapshotVolume(there, 'v', never)
    const aborted = new Error('enough')
    for (let round = 0; round < 20; round += 1) {
      await there.write('v', 'old')
      const controller = new AbortController()
      const timer = setTimeout(() => controller.abort(aborted), round * 2)
      const before = await listSnapshots(there.settings, never)
      const result = await restoreVolume(there, snapshot, { signal: controller.signal }).catch(
        (error: unknown) => error,
      )
      clearTimeout(timer)
      const content = await there.read('v')
      const after = await listSnapshots(there.settings, never)
      expect(after.length - before.length, `round ${String(round)}`).toBe(content === 'new' ? 1 : 0)
      if (result === aborted) expect(['old', 'new']).toContain(content)
      else expect(content).toBe('new')
      expect(readdirSync(there.settings.volumesPath)).toEqual(['v'])
      expect(await there.rig.journal.pending()).toEqual([])
    }
  })
})

describe.skipIf(!part('btrfs').available)('where quotas are enabled', () => {
  it('the file system says what a volume takes', async () => {
    await using there = await ground(300, { quota: true })
    await createVolume(there, 'v', never)
    await command('dd', ['if=/dev/urandom', `of=${there.volume('v')}/f`, 'bs=1M', 'count=4'])
    await command('btrfs', ['filesystem', 'sync', there.root])
    await command('btrfs', ['quota', 'rescan', '-w', there.root])
    const [usage] = await usageOf(there.settings, ['v'], never)
    expect(usage?.exclusive).toBeGreaterThanOrEqual(4 * 1024 * 1024)
    await snapshotVolume(there, 'v', never)
    const [shared] = await usageOf(there.settings, ['v'], never)
    expect(shared?.shared).toBeGreaterThanOrEqual(4 * 1024 * 1024)
    expect(shared?.exclusive).toBeLessThan(1024 * 1024)
  })
})
