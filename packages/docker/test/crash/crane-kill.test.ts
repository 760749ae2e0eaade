import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DockerEngine } from '../../src/engine.ts'
import { calm, DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { craneSettings, craneYard, liftRef } from '../crane-yard.ts'

const CHILD = join(import.meta.dirname, 'crane-child.ts')
const CALLS: readonly (keyof DockerEngine)[] = [
  'inspectVolume',
  'createContainer',
  'putArchive',
  'events',
  'startContainer',
  'inspectContainer',
  'listContainers',
  'removeContainer',
  'listVolumes',
]
const POINTS = CALLS.flatMap((call) => (['before', 'during', 'after'] as const).map((moment) => ({ call, moment })))

describe.skipIf(!DOCKER)('the process is killed in the middle of a lift', () => {
  let on: Yard
  beforeAll(async () => {
    on = await craneYard()
  }, 120_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  test.each(POINTS)(
    '$moment $call: clear in another process leaves no container and the volume as it was',
    async (kill) => {
      const source = await on.volume('data1', { a: '1' })
      const ref = liftRef('data1')
      const cranes = { c: craneSettings({ env: { CRANE_SLEEP: '0.5' } }) }
      const child = spawn(process.execPath, [CHILD, on.dockerd.host, JSON.stringify({ ref, source, cranes, kill })], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
      await on.crane().clear(ref, calm())
      await on.crane().clear(ref, calm())
      expect(await on.vessels()).toEqual([])
      expect(await on.cli('volume', 'ls', '--format={{.Name}}')).toBe('data1')
      expect(await on.read('data1', 'a')).toBe('1')
    },
  )
})
