import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { containerCrane } from '../../src/crane/container-crane.ts'
import { vesselSpec } from '../../src/crane/vessel-spec.ts'
import { liftVessel } from '../../src/crane/vessel-labels.ts'
import { liftWork } from '../../src/crane/work.ts'
import type { DockerEngine } from '../../src/engine.ts'
import { calm, DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { craneSettings, craneYard, liftRef } from '../crane-yard.ts'

const GONE = { code: 'DOCKER.VOLUME_GONE' }

describe.skipIf(!DOCKER)('T-12: a volume that goes away is never made anew and called good', () => {
  let on: Yard
  beforeAll(async () => {
    on = await craneYard()
  }, 120_000)
  afterEach(async () => {
    expect(await on.vessels()).toEqual([])
    await on.clean()
  })
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const volumes = async (): Promise<string> => on.cli('volume', 'ls', '--format={{.Name}}')

  /** An engine on which something happens just before a container is made. */
  function raced(before: () => Promise<unknown>, after: () => Promise<unknown> = async () => {}): DockerEngine {
    return {
      ...on.engine,
      createContainer: async (spec, options) => {
        await before()
        const id = await on.engine.createContainer(spec, options)
        await after()
        return id
      },
    }
  }

  test('removed after it was found', async () => {
    const source = await on.volume('d2', { a: '1' })
    await on.cli('volume', 'rm', 'd2')
    await expect(on.crane().lift(liftRef('d2'), source, calm())).rejects.toMatchObject(GONE)
    await expect(on.crane().preflight(liftRef('d2').store, [source], { ...calm(), init: true })).rejects.toMatchObject(
      GONE,
    )
    expect(await volumes()).toBe('')
  })

  test('removed and made anew by somebody', async () => {
    const source = await on.volume('d2', { a: '1' })
    await on.cli('volume', 'rm', 'd2')
    await sleep(2100)
    await on.volume('d2', { b: '2' })
    await expect(on.crane().lift(liftRef('d2'), source, calm())).rejects.toMatchObject(GONE)
    expect(await on.read('d2', 'b')).toBe('2')
  })

  test('the same, where the content of volumes cannot be seen', async () => {
    const { name, createdAt = '' } = await on.volume('d2', { a: '1' })
    const source = { medium: 'docker-volume', name, createdAt } as const
    await sleep(2100)
    await on.cli('run', '--rm', '--network=none', '-v', 'd2:/d', 'salvage-test/crane', 'touch', '/d/b')
    await on.crane().lift(liftRef('d2'), source, calm())
    await on.cli('volume', 'rm', 'd2')
    await on.volume('d2', { b: '2' })
    await expect(on.crane().lift(liftRef('d2'), source, calm())).rejects.toMatchObject(GONE)
  })

  test('one that an application works in is the same, although its creation time moved', async () => {
    const source = await on.volume('d2', { a: '1' })
    await sleep(2100)
    await on.cli('run', '--rm', '--network=none', '-v', 'd2:/d', 'salvage-test/crane', 'touch', '/d/b')
    expect((await on.engine.inspectVolume('d2', calm()))?.createdAt).not.toBe(source.createdAt)
    expect((await on.crane().lift(liftRef('d2'), source, calm())).findings).toEqual([])
  })

  test('removed when the crane was about to begin: what the engine made is gone again', async () => {
    const source = await on.volume('d2', { a: '1' })
    const engine = raced(async () => on.cli('volume', 'rm', 'd2'))
    const crane = containerCrane(async () => engine, { cranes: { c: craneSettings() } })
    await expect(crane.lift(liftRef('d2'), source, calm())).rejects.toMatchObject(GONE)
    expect(await volumes()).toBe('')
  })

  test('the same, and an application took the new volume: it stays', async () => {
    const source = await on.volume('d2', { a: '1' })
    const engine = raced(
      async () => on.cli('volume', 'rm', 'd2'),
      async () => on.cli('create', '--name=taker', '--network=none', '-v', 'd2:/d', 'salvage-test/crane'),
    )
    const crane = containerCrane(async () => engine, { cranes: { c: craneSettings() } })
    await expect(crane.lift(liftRef('d2'), source, calm())).rejects.toMatchObject(GONE)
    expect(await volumes()).toBe('d2')
  })

  test('the same, and something was written into the new volume: it stays', async () => {
    const source = await on.volume('d2', { a: '1' })
    const ref = liftRef('d2')
    const engine = raced(
      async () => on.cli('volume', 'rm', 'd2'),
      async () => on.cli('run', '--rm', '--network=none', '-v', 'd2:/d', 'salvage-test/crane', 'touch', '/d/precious'),
    )
    const crane = containerCrane(async () => engine, { cranes: { c: craneSettings() } })
    await expect(crane.lift(ref, source, calm())).rejects.toMatchObject(GONE)
    await crane.clear(ref, calm())
    expect(await on.read('d2', 'precious')).toBe('')
  })

  test('removed and made anew by somebody when the crane was about to begin: it is not taken for the old one', async () => {
    const source = await on.volume('d2', { a: '1' })
    await sleep(2100)
    const engine = raced(async () => {
      await on.cli('volume', 'rm', 'd2')
      await on.volume('d2')
    })
    const crane = containerCrane(async () => engine, { cranes: { c: craneSettings() } })
    await expect(crane.lift(liftRef('d2'), source, calm())).rejects.toMatchObject(GONE)
    expect(await volumes()).toBe('d2')
  })

  test('a process that dies just after the engine made one: clear removes it while it is empty', async () => {
    const ref = liftRef('d2')
    const settings = craneSettings()
    const source = { medium: 'docker-volume', name: 'd2' } as const
    const spec = vesselSpec(liftWork(liftVessel(ref), { name: 'c', settings }, ref, source), settings)
    await on.engine.createContainer(spec, calm())
    expect(await volumes()).toBe('d2')
    await on.crane().clear(ref, calm())
    expect(await volumes()).toBe('')

    await on.engine.createContainer(spec, calm())
    await on.cli('run', '--rm', '--network=none', '-v', 'd2:/d', 'salvage-test/crane', 'touch', '/d/precious')
    await on.crane().clear(ref, calm())
    expect(await on.read('d2', 'precious')).toBe('')
  })
})
