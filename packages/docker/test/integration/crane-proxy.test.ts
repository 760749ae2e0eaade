import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { containerCrane } from '../../src/crane/container-crane.ts'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'
import { calm, DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { craneSettings, craneYard, liftRef } from '../crane-yard.ts'
import type { CuttingProxy } from '../cutting-proxy.ts'
import { cuttingProxy } from '../cutting-proxy.ts'

describe.skipIf(!DOCKER)('a proxy before the engine cuts quiet connections', () => {
  let on: Yard
  let proxy: CuttingProxy
  beforeAll(async () => {
    on = await craneYard()
    proxy = await cuttingProxy(on.dockerd.socket, 700)
    await on.volume('data1')
  }, 120_000)
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]()
    await on[Symbol.asyncDispose]()
  }, 60_000)

  const source = { medium: 'docker-volume', name: 'data1' } as const
  const crane = (env: Record<string, string>): ReturnType<typeof containerCrane> =>
    containerCrane(async () => dockerodeEngine({ host: proxy.host }), { cranes: { c: craneSettings({ env }) } })

  test('a crane that takes longer is good all the same', async () => {
    const before = proxy.cuts()
    expect((await crane({ CRANE_SLEEP: '4' }).lift(liftRef('data1'), source, calm())).findings).toEqual([])
    expect(proxy.cuts() - before).toBeGreaterThan(2)
  })

  test('and what happens meanwhile is not missed', async () => {
    const ref = liftRef('data1')
    const ended = crane({ CRANE_SLEEP: '60', CRANE_TRAP: '0' })
      .lift(ref, source, calm())
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    await on.ready(ref)
    await sleep(2000)
    await on.cli('stop', `salvage-${ref.id}`)
    expect(await ended).toMatchObject({ code: 'CRANE.STOPPED' })
  })
})
