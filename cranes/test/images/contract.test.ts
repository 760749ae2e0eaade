import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part } from '@salvage-kit/testbed'
import { afterEach, describe, expect, it } from 'vitest'
import { CRANES } from '../cranes.ts'
import { describeTree, makeNastyTree } from '../nasty-tree.ts'
import { LABEL, removeAll, run } from '../vessel.ts'
import { grown, makeVolume, placeOf, randomVolume, sizeOf, yard } from '../yard.ts'

const READY = part('docker').available && part('crane-images').available
const MEGABYTE = 1024 * 1024

function liftId(): string {
  return `20261121t080000z-${randomBytes(3).toString('hex')}-1`
}

describe.skipIf(!READY).each(CRANES)('the crane image $name', (crane) => {
  afterEach(removeAll)

  it('lifts, lists, checks and lowers a nasty tree as it was', async () => {
    const on = await yard(crane)
    await on.init()
    const volume = await makeVolume('nasty')
    makeNastyTree(await placeOf(volume))
    const before = describeTree(await placeOf(volume), crane.keeps)
    const lift = liftId()
    const { code, output, result } = await on.lift(volume, lift)
    expect(code, output).toBe(0)
    const { id, bytes, files } = JSON.parse(result ?? '')
    expect(bytes).toBeGreaterThan(0)
    expect(files).toBeGreaterThan(8)
    expect(await on.list()).toEqual([
      expect.objectContaining({
        id,
        liftId: lift,
        runId: lift.slice(0, -2),
        target: `docker:${volume}`,
        machine: 'machine one',
        state: 'good',
      }),
    ])
    const checked = await on.check(id)
    expect(checked.code, checked.output).toBe(0)
    const destination = await makeVolume('destination')
    const lowered = await on.lower(id, destination)
    expect(lowered.code, lowered.output).toBe(0)
    expect(describeTree(await placeOf(destination), crane.keeps)).toEqual(before)
    // The source is as it was, too.
    expect(describeTree(await placeOf(volume), crane.keeps)).toEqual(before)
  })

  it('an empty store is an empty list; init is idempotent', async () => {
    const on = await yard(crane)
    await on.init()
    await on.init()
    expect(await on.list()).toEqual([])
    const { code } = await on.act({ action: 'check' })
    expect(code).toBe(0)
  })

  it('an empty volume', async () => {
    const on = await yard(crane)
    await on.init()
    const volume = await makeVolume('empty')
    const id = await on.goodLift(volume, liftId())
    const destination = await makeVolume('destination')
    const { code, output } = await on.lower(id, destination)
    expect(code, output).toBe(0)
    expect(readdirSync(await placeOf(destination))).toEqual([])
  })

  it('no store: 10 for each action', async () => {
    const on = await yard(crane)
    const volume = await randomVolume(0)
    expect((await on.act({ action: 'check' })).code).toBe(10)
    expect((await on.act({ action: 'list' })).code).toBe(10)
    expect((await on.lift(volume, liftId())).code).toBe(10)
  })

  it.skipIf(crane.wrongSecrets === undefined)('a wrong password: 12 for each action, also with init', async () => {
    const on = await yard(crane)
    await on.init()
    const volume = await randomVolume(1)
    const id = await on.goodLift(volume, liftId())
    const secrets = crane.wrongSecrets ?? {}
    expect((await on.act({ action: 'check', secrets })).code).toBe(12)
    expect((await on.act({ action: 'check', secrets, env: { SALVAGE_INIT: '1' } })).code).toBe(12)
    expect((await on.act({ action: 'list', secrets })).code).toBe(12)
    expect((await on.act({ action: 'check', secrets, env: { SALVAGE_ARCHIVE_ID: id } })).code).toBe(12)
    expect((await on.lift(volume, liftId(), { secrets })).code).toBe(12)
    expect(await on.list()).toHaveLength(1)
  })

  it('an unknown archive: 15', async () => {
    const on = await yard(crane)
    await on.init()
    expect((await on.check('a'.repeat(64))).code).toBe(15)
    expect((await on.lower('--help', await makeVolume('destination'))).code).toBe(15)
  })

  it('a damaged archive: 16', async () => {
    const on = await yard(crane)
    await on.init()
    const id = await on.goodLift(await randomVolume(4), liftId())
    const largest = readdirSync(on.storePath, { recursive: true, encoding: 'utf8' })
      .map((path) => join(on.storePath, path))
      .filter((path) => statSync(path).isFile())
      .toSorted((a, b) => statSync(b).size - statSync(a).size)[0]
    if (largest === undefined) throw new Error('the store is empty')
    const content = readFileSync(largest)
    const middle = Math.floor(content.length / 2)
    content.writeUInt8(content.readUInt8(middle) ^ 0xff, middle)
    writeFileSync(largest, content)
    const { code, output } = await on.check(id)
    expect(code, output).toBe(16)
  })

  it('a store in the container itself: 18', async () => {
    const on = await yard(crane)
    const env = Object.fromEntries(
      Object.entries(crane.env).map(([key, value]) => [key, value.replace('/store', '/else')]),
    )
    const secrets = Object.fromEntries(
      Object.entries(crane.secrets ?? {}).map(([key, value]) => [key, value.replace('/store', '/else')]),
    )
    const { code, output } = await on.act({ action: 'check', env: { ...env, SALVAGE_INIT: '1' }, secrets })
    expect(code, output).toBe(18)
  })

  it('forget removes the archives it is told, by archive id and by lift id, twice', async () => {
    const on = await yard(crane)
    await on.init()
    const volume = await randomVolume(1)
    const first = await on.goodLift(volume, liftId())
    const second = await on.goodLift(volume, liftId())
    const byLift = liftId()
    await on.goodLift(volume, byLift)
    for (const round of [1, 2]) {
      const { code, output } = await on.forget(first, byLift, 'unknown-1', liftId())
      expect(code, `round ${String(round)}: ${output}`).toBe(0)
      expect((await on.list()).map(({ id }) => id)).toEqual([second])
    }
    expect((await on.check(second)).code).toBe(0)
    expect((await on.forget(second)).code).toBe(0)
    expect(await on.list()).toEqual([])
  })

  it('a full store: 14, nothing in the list, and room again after forget', async () => {
    const store = await makeVolume('small', '--opt=type=tmpfs', '--opt=device=tmpfs', '--opt=o=size=24m')
    // A tmpfs is gone with its last container.
    await run(
      'run',
      '--detach',
      `--label=${LABEL}`,
      '--network=none',
      `--volume=${store}:/store`,
      'salvage-test/busybox',
    )
    const on = await yard(crane, store)
    await on.init()
    const large = await randomVolume(40)
    const lift = liftId()
    const { code, output } = await on.lift(large, lift)
    expect(code, output).toBe(14)
    expect(await on.list()).toEqual([])
    const forgotten = await on.forget(lift)
    expect(forgotten.code, forgotten.output).toBe(0)
    const id = await on.goodLift(await randomVolume(1), liftId())
    expect((await on.list()).map((archive) => archive.id)).toEqual([id])
  })

  it('killed half way: nothing in the list, the next lift works, forget tidies up', async () => {
    const on = await yard(crane)
    await on.init()
    const volume = await randomVolume(96)
    const [dead, next] = [liftId(), liftId()]
    const vessel = await on.startLift(volume, dead, { create: ['--cpus=0.3'] })
    await grown(on.storePath, 4 * MEGABYTE)
    await run('kill', '--signal=KILL', vessel.name)
    const { code } = await vessel.ended()
    expect(code).toBe(137)
    expect(await on.list()).toEqual([])
    const small = await randomVolume(1)
    const id = await on.goodLift(small, next)
    expect((await on.list()).map((archive) => archive.id)).toEqual([id])
    const { code: forgotten, output } = await on.forget(dead)
    expect(forgotten, output).toBe(0)
    expect((await on.list()).map((archive) => archive.id)).toEqual([id])
    expect(sizeOf(on.storePath)).toBeLessThan(4 * MEGABYTE)
    expect((await on.check(id)).code).toBe(0)
  })

  it('SIGTERM ends it within the grace, and nothing is in the list', async () => {
    const on = await yard(crane)
    await on.init()
    const lift = liftId()
    const vessel = await on.startLift(await randomVolume(96), lift, { create: ['--cpus=0.3'] })
    await grown(on.storePath, 4 * MEGABYTE)
    const seen = (await run('top', vessel.name)) + (await run('inspect', vessel.name))
    for (const secret of Object.values(crane.secrets ?? {})) expect(seen).not.toContain(secret.trim())
    await run('stop', '--time=60', vessel.name)
    const { code, output } = await vessel.ended()
    // 137 would be the engine's SIGKILL.
    expect(code, output).toBe(143)
    expect(await on.list()).toEqual([])
    expect((await on.forget(lift)).code).toBe(0)
    await on.goodLift(await randomVolume(1), liftId())
  })

  it('two lifts at once into one store', async () => {
    const on = await yard(crane)
    await on.init()
    const volumes = [await randomVolume(8), await randomVolume(8)]
    const ends = await Promise.all(volumes.map(async (volume) => on.lift(volume, liftId())))
    expect(ends.map(({ code, output }) => (code === 0 ? 0 : output))).toEqual([0, 0])
    const listed = await on.list()
    expect(listed.map(({ target }) => target).toSorted()).toEqual(
      volumes.map((volume) => `docker:${volume}`).toSorted(),
    )
    for (const { id } of listed) expect((await on.check(id)).code).toBe(0)
  })

  it.skipIf(!crane.deduplicates)('a second lift moves little', async () => {
    const on = await yard(crane)
    await on.init()
    const volume = await randomVolume(24)
    const warm = await on.goodLift(volume, liftId(), { env: { SALVAGE_WARM: '1' } })
    expect(await on.list()).toEqual([expect.objectContaining({ id: warm, warm: true })])
    const size = sizeOf(on.storePath)
    writeFileSync(join(await placeOf(volume), 'new'), randomBytes(MEGABYTE))
    const id = await on.goodLift(volume, liftId())
    expect(sizeOf(on.storePath) - size).toBeLessThan(2 * MEGABYTE)
    expect((await on.forget(warm)).code).toBe(0)
    expect((await on.check(id)).code).toBe(0)
  })
})
