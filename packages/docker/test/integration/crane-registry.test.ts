import { randomBytes } from 'node:crypto'
import type { Finding } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import { docker, engineAddress, part, registry } from '@salvage-kit/testbed'
import type { Registry } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { containerCrane, craneStore } from '../../src/crane/container-crane.ts'
import type { ContainerCraneSettings } from '../../src/crane/settings.ts'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'
import { calm, IMAGE } from '../bench.ts'
import { craneSettings } from '../crane-yard.ts'

/* On the shared engine: one of a test's own has no way to any registry. */
describe.skipIf(!part('registry').available || !part('docker').available)('images from a registry', () => {
  let at: Registry
  let image: string
  const host = engineAddress()
  const store = craneStore('c')
  const cli = async (...args: string[]): Promise<string> => docker(host, args)
  const local = async (): Promise<boolean> => (await engine.inspectImage(image, calm())) !== undefined
  const engine = dockerodeEngine({ host })

  async function pulls(settings: Partial<ContainerCraneSettings>): Promise<readonly Finding[]> {
    const warned: Finding[] = []
    const warn = (finding: Finding): void => void warned.push(finding)
    const cranes = { c: craneSettings({ image, ...settings }) }
    await containerCrane(async () => engine, { cranes, warn }).preflight(store, [], { ...calm(), init: false })
    return warned
  }
  async function failing(settings: Partial<ContainerCraneSettings>): Promise<unknown> {
    try {
      await pulls(settings)
      return 'it was called good'
    } catch (error) {
      if (!isSalvageError(error)) throw error
      const { code, why, hint } = error
      return { code, why, hint, text: JSON.stringify([error.message, error, why, hint]) }
    }
  }

  beforeAll(async () => {
    at = await registry()
    const pushed = `${at.address}/salvage-test/crane-${randomBytes(4).toString('hex')}:1`
    await cli('tag', IMAGE, pushed)
    await docker(host, ['--config', at.configs.right, 'push', '--quiet', pushed])
    await cli('rmi', pushed)
    image = pushed
  })
  beforeEach(() => vi.stubEnv('DOCKER_CONFIG', at.configs.right))
  afterEach(async () => {
    vi.unstubAllEnvs()
    if (await local()) await cli('rmi', image)
  })
  afterAll(async () => at[Symbol.asyncDispose]())

  test('pulled with the credentials of docker login, when it is missing', async () => {
    expect(await pulls({ pull: 'missing' })).toEqual([])
    expect(await local()).toBe(true)
  })

  test('pulled before every run, when that is asked for', async () => {
    expect(await pulls({ pull: 'always' })).toEqual([])
    expect(await pulls({ pull: 'always' })).toEqual([])
    expect(await local()).toBe(true)
  })

  test.each(['wrong', 'none'] as const)('%s credentials', async (which) => {
    vi.stubEnv('DOCKER_CONFIG', at.configs[which])
    const error = await failing({ pull: 'missing' })
    expect(error).toMatchObject({
      code: 'CRANE.IMAGE_MISSING',
      why: expect.stringMatching(/unauthorized|no basic auth/),
      hint: expect.stringContaining('docker login'),
      text: expect.not.stringMatching(/another|YW5vdGhlcg/),
    })
    expect(await local()).toBe(false)
  })

  test('an image and a tag that the registry does not have', async () => {
    for (const missing of [`${at.address}/salvage-test/none:1`, image.replace(/:1$/, ':2')])
      expect(await failing({ image: missing, pull: 'missing' })).toMatchObject({
        code: 'CRANE.IMAGE_MISSING',
        hint: 'check the name and the tag',
      })
  })

  test('the local image is used when it cannot be pulled: wrong credentials, removed from there, unreachable', async () => {
    await pulls({ pull: 'missing' })
    vi.stubEnv('DOCKER_CONFIG', at.configs.wrong)
    expect(await pulls({ pull: 'missing' })).toEqual([])
    expect(await pulls({ pull: 'always' })).toMatchObject([
      { code: 'CRANE.PULL_FAILED', why: expect.stringMatching(/unauthorized|no basic auth/) },
    ])
    vi.stubEnv('DOCKER_CONFIG', at.configs.right)
    const elsewhere = image.replace('crane-', 'away-')
    await cli('tag', image, elsewhere)
    expect(await pulls({ image: elsewhere, pull: 'always' })).toMatchObject([{ code: 'CRANE.PULL_FAILED' }])
    await cli('rmi', elsewhere)
  })

  test('a registry that went away', async () => {
    await using gone = await registry()
    await gone.stop()
    const there = `${gone.address}/salvage-test/crane:1`
    expect(await failing({ image: there, pull: 'missing' })).toMatchObject({
      code: 'CRANE.IMAGE_MISSING',
      why: expect.stringContaining('refused'),
    })
    await cli('tag', IMAGE, there)
    try {
      expect(await pulls({ image: there, pull: 'always' })).toMatchObject([{ code: 'CRANE.PULL_FAILED' }])
      expect(await pulls({ image: there, pull: 'never' })).toEqual([])
    } finally {
      await cli('rmi', there)
    }
  })
})
