import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { docker } from '@salvage-kit/docker'
import { local } from '@salvage-kit/local'
import { part } from '@salvage-kit/testbed'
import type { Rig } from '@salvage-kit/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rigOn } from '../../crash/docker/rig.ts'
import { yard } from '../../crash/docker/yard.ts'
import type { Yard } from '../../crash/docker/yard.ts'
import { copy } from './copy.ts'

describe.skipIf(!part('docker').available)('a directory that containers can write to', () => {
  let there: Yard
  let place: string
  beforeAll(async () => {
    there = await yard()
    place = join(there.folder, 'srv', 'app')
    await mkdir(join(place, 'inner'), { recursive: true })
    await writeFile(join(place, 'file'), 'content')
    await symlink(place, join(there.folder, 'link'))
    await there.cli('volume', 'create', '--opt=type=none', '--opt=o=bind', `--opt=device=${place}`, 'bound')
    await there.container('same', [`--volume=${join(there.folder, 'link')}:/d`])
    await there.container('beneath', [`--volume=${join(place, 'inner')}:/d`])
    await there.container('above', [`--volume=${join(there.folder, 'srv')}:/d`])
    await there.container('byvolume', ['--volume=bound:/d'])
    await there.container('reader', [`--volume=${place}:/d:ro`])
    await there.container('tool', ['--volume=/:/host'])
  })
  afterAll(() => there[Symbol.asyncDispose]())

  /** As the command line does, which knows the directory by its name alone. */
  function rig(during: () => Promise<unknown> = async () => {}): { readonly on: Rig; readonly held: string[] } {
    const held: string[] = []
    const state = join(there.folder, 'state')
    const plain = rigOn(there.engine.host, state)
    const here = local({ directories: [{ path: place }], stateDirectory: state })
    const cranes = here.cranes?.map((crane) => ({
      ...crane,
      lift: async (...given: Parameters<typeof crane.lift>) => {
        await during()
        return crane.lift(...given)
      },
    }))
    const on: Rig = {
      ...plain,
      backends: [{ ...here, ...(cranes === undefined ? {} : { cranes }) }, docker({ host: there.engine.host })],
      report: (event) => {
        if (event.type === 'workload.quiesced') held.push(event.workload)
      },
    }
    return { on, held }
  }

  it('is copied while they are at rest, and those that only read it go on', async () => {
    const { on, held } = rig()
    const report = await copy(on, `dir:${place}`, join(there.folder, 'archives'))
    expect(report).toMatchObject({ outcome: 'good', stuck: [] })
    expect(held.toSorted()).toEqual(['docker:above', 'docker:beneath', 'docker:byvolume', 'docker:same'])
  })

  it('is not copied well when one comes during the hold', async () => {
    const { on } = rig(() => there.container('late', [`--volume=${place}:/d`]))
    const report = await copy(on, `dir:${place}`, join(there.folder, 'archives'))
    expect(report.groups[0]).toMatchObject({ tainted: expect.stringContaining('docker:late did "start"') })
    expect(report.outcome).toBe('failed')
  })
})
