import { readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunReport } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rigOn } from '../../crash/docker/rig.ts'
import { yard } from '../../crash/docker/yard.ts'
import type { Yard } from '../../crash/docker/yard.ts'
import { copy } from './copy.ts'

describe.skipIf(!part('docker').available)('containers that live in the network of another', () => {
  let there: Yard
  beforeAll(async () => {
    there = await yard()
    await there.cli('volume', 'create', 'keys')
    await there.container('vpn', ['--network=none', '--volume=keys:/keys'])
    await there.container('web', ['--network=container:vpn'])
    await there.container('probe', ['--network=container:web', '--pid=container:web'])
  })
  afterAll(() => there[Symbol.asyncDispose]())

  async function network(name: string): Promise<string> {
    const pid = await there.cli('inspect', '--format={{.State.Pid}}', name)
    return readlink(`/proc/${pid}/ns/net`)
  }

  async function copied(): Promise<RunReport> {
    return copy(rigOn(there.engine.host, join(there.folder, 'state')), 'docker:keys', join(there.folder, 'archives'))
  }

  it('have it again after a run that stopped that one', async () => {
    const report = await copied()
    expect(report).toMatchObject({ outcome: 'good', stuck: [] })
    expect([await network('web'), await network('probe')]).toEqual([await network('vpn'), await network('vpn')])
  })

  it('keep it when one of them may not be stopped: then nothing is, and the report says why', async () => {
    await there.container('deaf', ['--network=container:vpn', '--label=salvage.action=ignore'])
    const before = await network('vpn')
    expect(await copied()).toMatchObject({ outcome: 'failed', skipped: [{ finding: { code: 'PLAN.GUEST' } }] })
    for (const name of ['vpn', 'web', 'probe', 'deaf']) expect(await network(name)).toBe(before)
  })
})
