import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { part } from '@salvage-kit/testbed'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CRANES } from '../cranes.ts'
import { removeAll, run } from '../vessel.ts'
import { randomVolume, yard } from '../yard.ts'

const READY = part('docker').available && part('crane-images').available
/** Ends with a lock that it made and did not remove, as a restic that is stopped before it knows of it. */
const LEAVE_A_LOCK =
  'export RESTIC_PASSWORD="$' +
  '{RESTIC_PASSWORD-$(cat /run/secrets/RESTIC_PASSWORD)}"; sleep 10 | timeout --signal=KILL 8 restic backup --stdin'

describe.skipIf(!READY)('the crane image restic', () => {
  afterEach(removeAll)

  it('takes its locks with it when it is stopped, also those of which restic does not know yet', async () => {
    const restic = CRANES.find(({ name }) => name === 'restic')
    if (restic === undefined) throw new Error('there is no such crane')
    const on = await yard(restic)
    await on.init()
    const env = { RESTIC_ARGS: '--limit-upload 500' }
    const vessel = await on.startLift(await randomVolume(96), '20261121t080000z-10c10c-1', { env })
    const locks = (): readonly string[] => readdirSync(join(on.storePath, 'repository', 'locks'))
    await vi.waitFor(() => expect(locks()).toHaveLength(1), { timeout: 30_000 })
    await run('exec', vessel.name, 'sh', '-c', LEAVE_A_LOCK).catch(() => undefined)
    expect(locks()).toHaveLength(2)
    await run('stop', '--time=60', vessel.name)
    expect((await vessel.ended()).code).toBe(143)
    expect(locks()).toEqual([])
  })
})
