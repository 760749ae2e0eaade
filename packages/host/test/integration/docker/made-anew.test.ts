import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Backend, RunReport } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rigOn } from '../../crash/docker/rig.ts'
import { yard } from '../../crash/docker/yard.ts'
import type { Yard } from '../../crash/docker/yard.ts'
import { copy } from './copy.ts'

describe.skipIf(!part('docker').available)('a volume that is removed and made anew, read by its directory', () => {
  let there: Yard
  beforeAll(async () => {
    there = await yard()
  })
  afterAll(() => there[Symbol.asyncDispose]())

  async function anew(): Promise<void> {
    await there.cli('volume', 'rm', 'calm')
    await there.cli('volume', 'create', 'calm')
  }

  /** Copies with the archive crane, which reads the directory of the volume and knows nothing of Docker. */
  async function copied(when: 'between' | 'while it is copied'): Promise<RunReport> {
    const plain = rigOn(there.engine.host, join(there.folder, 'state'))
    const backends = plain.backends.map((backend): Backend => {
      if (backend.cranes === undefined) return backend
      const cranes = backend.cranes.map((crane) => ({
        ...crane,
        lift: async (...given: Parameters<typeof crane.lift>) => {
          const archive = await crane.lift(...given)
          if (when === 'while it is copied') await anew()
          return archive
        },
      }))
      return { ...backend, cranes }
    })
    const planned = when === 'between' ? anew : undefined
    return copy({ ...plain, backends }, 'docker:calm', join(there.folder, 'archives'), planned)
  }

  it.each(['between', 'while it is copied'] as const)('%s: no copy of it counts, and none is left', async (when) => {
    const report = await copied(when)
    expect(report).toMatchObject({ outcome: 'failed', stuck: [] })
    expect(report.groups[0]?.targets[0]?.findings[0]?.code).toBe('DOCKER.VOLUME_GONE')
    const names = await readdir(join(there.folder, 'archives'), { recursive: true })
    expect(names.filter((name) => name.includes('.tar'))).toEqual([])
  })
})
