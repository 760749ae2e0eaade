import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part } from '@salvage-kit/testbed'
import { afterEach, describe, expect, it } from 'vitest'
import { CRANES } from '../cranes.ts'
import { removeAll } from '../vessel.ts'
import { makeVolume, placeOf, yard } from '../yard.ts'

const READY = part('docker').available && part('crane-images').available

describe.skipIf(!READY).each(CRANES)('the crane image $name', (crane) => {
  afterEach(removeAll)

  it('ends with 3 when a file cannot be read, says which, and lists the archive as partial', async () => {
    const on = await yard(crane)
    await on.init()
    const volume = await makeVolume('unreadable')
    const place = await placeOf(volume)
    writeFileSync(join(place, 'good'), 'content')
    writeFileSync(join(place, 'closed'), 'content')
    chownSync(join(place, 'closed'), 1234, 1234)
    chmodSync(join(place, 'closed'), 0)
    // Without these even root is refused.
    const create = ['--cap-drop=DAC_OVERRIDE', '--cap-drop=DAC_READ_SEARCH']
    const { code, output, result } = await on.lift(volume, '20261121t080000z-aaaaaa-1', { create })
    expect(code, output).toBe(3)
    const { id, findings } = JSON.parse(result ?? '')
    expect(findings).toContainEqual(expect.objectContaining({ message: expect.stringContaining('closed') }))
    expect(await on.list()).toEqual([expect.objectContaining({ id, state: 'partial' })])
    const destination = await makeVolume('destination')
    const lowered = await on.lower(id, destination)
    expect(lowered.code, lowered.output).toBe(0)
    expect((await on.forget('20261121t080000z-aaaaaa-1')).code).toBe(0)
    expect(await on.list()).toEqual([])
  })

  it('does what the original daemon asks', async () => {
    const on = await yard(crane)
    const volume = await makeVolume('original')
    writeFileSync(join(await placeOf(volume), 'file'), 'content')
    const { code, output } = await on.act({
      action: 'lift',
      contract: 1,
      env: { SALVAGE_VOLUME_NAME: volume, SALVAGE_TIDE_TIMESTAMP: '1795248000' },
      mounts: [`${volume}:/salvage/volume:ro`],
    })
    expect(code, output).toBe(0)
    expect(await on.list()).toEqual([expect.objectContaining({ target: `docker:${volume}`, machine: 'machine one' })])
  })
})
