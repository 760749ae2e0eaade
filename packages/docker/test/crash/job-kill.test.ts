import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sweepJobs } from '../../src/job/job-sweep.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER } from '../bench.ts'

const CALLS = [
  'createVolume',
  'createContainer',
  'putArchive',
  'startContainer',
  'inspectContainer',
  'readArchive',
  'removeContainer',
  'removeVolume',
]
const POINTS = CALLS.flatMap((call) => (['before', 'during', 'after'] as const).map((moment) => ({ call, moment })))

describe.skipIf(!DOCKER)('the process is killed in the middle of a job', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 120_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  test.each(POINTS)('$moment $call: sweeps leave nothing of it', async ({ call, moment }) => {
    const kill = JSON.stringify({ call, moment })
    const child = spawn(process.execPath, [join(import.meta.dirname, 'job-child.ts'), on.dockerd.host, kill], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
    // What the engine was asked for may come a moment after the process died; the next sweep finds it.
    for (let round = 0; round < 3; round += 1) {
      await sweepJobs(on.engine, calm())
      await sleep(300)
    }
    await sweepJobs(on.engine, calm())
    expect(await on.cli('ps', '--all', '--quiet')).toBe('')
    expect(await on.cli('volume', 'ls', '--quiet')).toBe('')
  })
})
