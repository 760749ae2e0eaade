import type { Finding } from '@salvage-kit/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { containerCrane, craneStore } from '../../src/crane/container-crane.ts'
import { calm, DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { CRANE_IMAGE, craneSettings, craneYard, liftRef } from '../crane-yard.ts'

/** Nobody listens there: a registry that cannot be reached. */
const NOWHERE = '127.0.0.1:9/nobody/crane'

describe.skipIf(!DOCKER)('what is found before anything is at rest', () => {
  let on: Yard
  beforeAll(async () => {
    on = await craneYard()
    await on.volume('data1')
  }, 120_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const source = { medium: 'docker-volume', name: 'data1' } as const
  const init = { ...calm(), init: true }
  const store = craneStore('c')

  test('T-19: an image that is not there and cannot be pulled, and no container was made', async () => {
    const crane = on.crane({ image: NOWHERE, pull: 'missing' })
    await expect(crane.preflight(store, [source], init)).rejects.toMatchObject({
      code: 'CRANE.IMAGE_MISSING',
      message: `there is no image ${NOWHERE} for the crane "c"`,
      why: expect.stringContaining('127.0.0.1:9'),
      hint: expect.stringMatching(/./),
    })
    expect(await on.vessels()).toEqual([])
  })

  test('an image that is never pulled and not there', async () => {
    const crane = on.crane({ image: 'salvage-test/none', pull: 'never' })
    await expect(crane.preflight(store, [source], init)).rejects.toMatchObject({ code: 'CRANE.IMAGE_MISSING' })
  })

  test('a pull that fails is no reason to do without the local image, and is told', async () => {
    await on.cli('tag', CRANE_IMAGE, NOWHERE)
    const warned: Finding[] = []
    const crane = on.crane({ image: NOWHERE, pull: 'always' }, { warn: (finding) => warned.push(finding) })
    await crane.preflight(store, [source], init)
    expect(warned).toMatchObject([{ code: 'CRANE.PULL_FAILED', why: expect.stringContaining('127.0.0.1:9') }])
    await on.crane({ image: NOWHERE, pull: 'missing' }).preflight(store, [source], init)
    await on.cli('rmi', NOWHERE)
  })

  test('an image that is removed between preflight and lift', async () => {
    const crane = on.crane({ image: 'salvage-test/none', pull: 'never' })
    await expect(crane.lift(liftRef('data1'), source, calm())).rejects.toMatchObject({ code: 'CRANE.IMAGE_MISSING' })
  })

  test('a crane that nobody defined', async () => {
    await expect(on.crane().preflight(craneStore('d'), [source], init)).rejects.toMatchObject({
      code: 'CRANE.UNKNOWN',
      hint: 'defined are: c',
    })
    const none = containerCrane(async () => on.engine, { cranes: {} })
    await expect(none.preflight(craneStore('toString'), [source], init)).rejects.toMatchObject({
      code: 'CRANE.UNKNOWN',
    })
  })

  test('T-26: settings that can never run', async () => {
    for (const maxConcurrent of [0, -1, 1.5, Number.NaN])
      await expect(on.crane({ maxConcurrent }).preflight(store, [source], init)).rejects.toMatchObject({
        code: 'CRANE.SETTINGS',
      })
    const crane = containerCrane(async () => on.engine, { cranes: { c: craneSettings({ image: ' ' }) } })
    await expect(crane.preflight(store, [source], init)).rejects.toMatchObject({ code: 'CRANE.SETTINGS' })
    const mounts = { data2: '/salvage/volume' }
    await expect(on.crane({ mounts }).preflight(store, [source], init)).rejects.toMatchObject({ code: 'CRANE.MOUNT' })
  })

  test('a source that is no volume', async () => {
    const directory = { medium: 'directory', path: '/srv/app' } as const
    await expect(on.crane().preflight(store, [directory], init)).rejects.toMatchObject({ code: 'CRANE.SOURCE' })
  })

  test('a host path that is not there fails with the text of the engine, and nothing is left', async () => {
    const lift = on.crane({ mounts: { '/not/there': '/x' } }).lift(liftRef('data1'), source, calm())
    await expect(lift).rejects.toMatchObject({ code: 'CRANE.CREATE', why: expect.stringContaining('/not/there') })
    expect(await on.vessels()).toEqual([])
  })
})
