import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { part } from '@salvage-kit/testbed'
import { afterEach, describe, expect, it } from 'vitest'
import type { CraneCase } from '../cranes.ts'
import { CRANES } from '../cranes.ts'
import { describeTree, makeNastyTree } from '../nasty-tree.ts'
import { removeAll } from '../vessel.ts'
import { makeVolume, placeOf, randomVolume, yard } from '../yard.ts'

const READY = part('docker').available && part('crane-images').available
const DAY = 86_400

function crane(name: string, env: Readonly<Record<string, string>>): CraneCase {
  const found = CRANES.find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no crane ${name}`)
  return { ...found, env }
}

describe.skipIf(!READY)('the settings of the crane of the original for borg', () => {
  afterEach(removeAll)

  it('one repository for each volume, taking turns in two places, with its own names', async () => {
    const env = {
      ENCRYPTION: 'repokey',
      REPO_BASE_LOCATION: '/store/even;/store/odd',
      SINGLE_REPO: 'false',
      DO_COMPACT: 'true',
      CREATE_ARGS: '--compression lz4',
      // oxlint-disable-next-line no-template-curly-in-string -- the crane's shell fills it in
      CUSTOM_PREFIX: '${SALVAGE_MACHINE_NAME// /_}_$SALVAGE_VOLUME_NAME',
    }
    const on = await yard(crane('borg', env))
    await on.init()
    const [one, two] = [await randomVolume(1), await randomVolume(1)]
    const lift = async (volume: string, serial: number, day: number): Promise<string> =>
      on.goodLift(volume, `20261121t080000z-b0b0b0-${String(serial)}`, {
        env: { SALVAGE_TIDE_TIMESTAMP: String(day * DAY) },
      })
    const ids = [await lift(one, 1, 2), await lift(two, 2, 2), await lift(one, 3, 3)]
    expect(readdirSync(join(on.storePath, 'even')).toSorted()).toEqual([one, two].toSorted())
    expect(readdirSync(join(on.storePath, 'odd'))).toEqual([one])
    expect((await on.list()).map(({ id }) => id)).toEqual(ids)
    expect((await on.check(ids[2] ?? '')).code).toBe(0)
    expect((await on.lower(ids[1] ?? '', await makeVolume('destination'))).code).toBe(0)
    expect((await on.forget(ids[1] ?? '')).code).toBe(0)
    expect((await on.list()).map(({ id }) => id)).toEqual([ids[0], ids[2]])
  })

  it('prunes after each lift, and only archives of that volume', async () => {
    const env = {
      REPO_BASE_LOCATION: '/store/all',
      SINGLE_REPO: 'true',
      ENCRYPTION: 'repokey',
      PRUNE_ARGS: '--keep-last 1',
    }
    const on = await yard(crane('borg', env))
    await on.init()
    const [volume, other] = [await randomVolume(1), await randomVolume(1)]
    await on.goodLift(volume, '20261121t080000z-b0b0b0-1')
    const kept = await on.goodLift(other, '20261121t080000z-b0b0b0-2')
    const last = await on.goodLift(volume, '20261121t080000z-b0b0b0-3')
    expect((await on.list()).map(({ id }) => id)).toEqual([kept, last])
  })
})

describe.skipIf(!READY)('chains of duplicity', () => {
  afterEach(removeAll)

  it('forget takes an archive out of the list, and the files of a chain with its last archive', async () => {
    const env = { DUPLICITY_URL: 'file:///store/duplicity', DUPLICITY_CHAIN: '2' }
    const on = await yard(crane('duplicity', env))
    await on.init()
    const volume = await makeVolume('nasty')
    makeNastyTree(await placeOf(volume))
    const lift = async (serial: number): Promise<string> =>
      on.goodLift(volume, `20261121t080000z-c0c0c0-${String(serial)}`)
    const files = (): readonly string[] => readdirSync(join(on.storePath, 'duplicity'))
    const [full, incremental, next] = [await lift(1), await lift(2), await lift(3)]
    expect(files().filter((name) => name.includes('duplicity-inc'))).toHaveLength(2)
    expect((await on.forget(full)).code).toBe(0)
    expect((await on.list()).map(({ id }) => id)).toEqual([incremental, next])
    const destination = await makeVolume('destination')
    const { code, output } = await on.lower(incremental, destination)
    expect(code, output).toBe(0)
    const { keeps } = crane('duplicity', env)
    expect(describeTree(await placeOf(destination), keeps)).toEqual(describeTree(await placeOf(volume), keeps))
    expect((await on.check(incremental)).code).toBe(0)
    expect((await on.forget(incremental)).code).toBe(0)
    expect(files().filter((name) => name.startsWith(full) || name.startsWith(incremental))).toEqual([])
    expect((await on.check(next)).code).toBe(0)
  })
})
