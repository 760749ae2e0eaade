import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { recover } from '@salvage-kit/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { part } from '@salvage-kit/testbed'
import { runChild } from './kill.ts'
import { expectRecovered } from './recovered.ts'
import { rigOn } from './rig.ts'
import { seeded, SEED } from './seed.ts'
import type { Wishes } from './wishes.ts'
import { VOLUMES, yard } from './yard.ts'
import type { Yard } from './yard.ts'

const RANDOM_KILLS = 60

describe.skipIf(!part('docker').available)(
  `a process killed with SIGKILL on a real engine (seed ${String(SEED)})`,
  () => {
    let there: Yard
    let before: unknown
    let serial = 0
    let kills = 0
    beforeAll(async () => {
      there = await yard()
      before = await there.state()
      await runChild(wishes('run-archive'))
    })
    afterAll(async () => {
      console.log(`killed ${String(kills)} times, seed ${String(SEED)}`)
      await there[Symbol.asyncDispose]()
    })

    function wishes(work: Wishes['work'], point?: number): Wishes {
      serial += 1
      return {
        host: there.engine.host,
        state: join(there.folder, 'state'),
        work,
        runId: `20261121t080000z-${String(serial).padStart(6, '0')}`,
        archives: join(there.folder, 'archives'),
        volumes: work.startsWith('restore') ? ['data'] : VOLUMES,
        ...(point === undefined ? {} : { point }),
      }
    }

    it.each(['run-crane', 'run-archive', 'restore-in-place'] as const)(
      '%s: every journal step and every effect',
      async (work) => {
        for (let point = 1; ; point += 1) {
          const ended = await runChild(wishes(work, point))
          await expectRecovered(there, before, `${work}, ${ended.output}`)
          if (!ended.killed) break
          kills += 1
        }
      },
    )

    it('restore-new: the whole place or none', async () => {
      for (let point = 1; ; point += 1) {
        const ended = await runChild(wishes('restore-new', point))
        const volumes = await there.cli('volume', 'ls', '--quiet', '--filter=name=data-restored')
        if (ended.killed) kills += 1
        if (volumes !== '') {
          // A kill after the last undo was settled leaves a whole place: that is no longer unfinished.
          const rig = await expectWholeOrGone(there)
          if (rig === 'whole') await there.cli('volume', 'rm', 'data-restored')
        }
        await expectRecovered(there, before, `restore-new, ${ended.output}`)
        if (!ended.killed) break
      }
    })

    it(`random times, ${String(RANDOM_KILLS)} kills`, async () => {
      const next = seeded(SEED)
      const works = ['run-crane', 'run-archive', 'restore-in-place'] as const
      for (let round = 0; round < RANDOM_KILLS; round += 1) {
        const work = works[round % works.length] ?? 'run-crane'
        const ms = Math.round(next() * (work === 'run-crane' ? 3000 : 1500))
        const ended = await runChild(wishes(work), ms)
        if (ended.killed) kills += 1
        await expectRecovered(there, before, `${work} after ${String(ms)} ms, ${ended.output}`)
      }
      expect(await unfinished(there)).toEqual([])
    })

    it('was killed at least 200 times', () => {
      expect(kills).toBeGreaterThanOrEqual(200)
    })
  },
)

async function expectWholeOrGone(there: Yard): Promise<'whole' | 'gone'> {
  await recover(rigOn(there.engine.host, join(there.folder, 'state')), { signal: new AbortController().signal })
  const left = await there.cli('volume', 'ls', '--quiet', '--filter=name=data-restored')
  if (left === '') return 'gone'
  const [restored, original] = await Promise.all(['data-restored', 'data'].map((volume) => contentOf(there, volume)))
  expect(restored).toEqual(original)
  return 'whole'
}

async function contentOf(there: Yard, volume: string): Promise<string> {
  return there.cli(
    'run',
    '--rm',
    `--volume=${volume}:/v:ro`,
    '--network=none',
    'salvage-test/busybox',
    'sh',
    '-c',
    'cd /v && md5sum $(find . -type f | sort)',
  )
}

/** Archives half made that nobody cleared. */
async function unfinished(there: Yard): Promise<readonly string[]> {
  const names = await readdir(join(there.folder, 'archives'), { recursive: true })
  return names.filter((name) => name.includes('.partial'))
}
