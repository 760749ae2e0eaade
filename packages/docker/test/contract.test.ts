import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '@salvage-kit/core'
import { discoveryContract, quiescerContract } from '@salvage-kit/core/testing'
import type { QuiescerFixture } from '@salvage-kit/core/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { dockerDiscovery } from '../src/discovery.ts'
import { docker } from '../src/docker.ts'
import { execQuiescer } from '../src/quiesce/exec.ts'
import { pauseQuiescer } from '../src/quiesce/pause.ts'
import { stopQuiescer } from '../src/quiesce/stop.ts'
import type { Bench } from './bench.ts'
import { bench, calm, DOCKER } from './bench.ts'

describe.skipIf(!DOCKER)('on a real engine', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const makers = { stop: stopQuiescer, pause: pauseQuiescer, exec: execQuiescer }
  const service = [
    '--label=com.docker.compose.project=shop',
    '--label=com.docker.compose.service=db',
    '--label=com.docker.compose.container-number=1',
  ]

  async function fixture(
    kind: keyof typeof makers,
    workload: string,
    args: readonly string[],
  ): Promise<QuiescerFixture> {
    const make = makers[kind]
    await on.app('contract', '--volume=data:/data', ...args)
    const status = async (): Promise<string> => (await on.engine.inspectContainer('contract', calm()))?.status ?? 'gone'
    const held = async (): Promise<boolean> => (await on.cli('exec', 'contract', 'ls', '/data')).includes('held')
    const wake = { stop: 'start', pause: 'unpause', exec: 'restart' }[kind]
    const rest = { stop: 'stop', pause: 'pause', exec: 'stop' }[kind]
    const settings: Json =
      kind === 'exec' ? { pre: ['touch', '/data/held'], post: ['rm', '-f', '/data/held'], alone: true } : {}
    return {
      quiescer: make(on.engine),
      again: () => make(on.engine),
      workload,
      settings,
      state: async () => {
        const now = await status()
        return { status: now, ...(kind === 'exec' && now === 'running' ? { held: await held() } : {}) }
      },
      atRest: kind === 'exec' ? held : async () => ['exited', 'paused'].includes(await status()),
      rest: async () => void (await on.cli(rest, 'contract')),
      wake: async () => void (await on.cli(wake, 'contract')),
      wakeBriefly: async () => {
        await on.cli(wake, 'contract')
        await sleep(50)
        if (kind !== 'exec') await on.cli(rest, 'contract')
      },
      [Symbol.asyncDispose]: () => on.clean(),
    }
  }

  quiescerContract('docker.stop', () => fixture('stop', 'docker:contract', []))
  quiescerContract('docker.stop of a compose service', () => fixture('stop', 'docker:shop/db/1', service))
  quiescerContract('docker.pause', () => fixture('pause', 'docker:contract', []))
  quiescerContract('docker.exec', () => fixture('exec', 'docker:contract', []))

  discoveryContract('docker', async () => {
    await on.app('db', '--volume=data:/data', ...service)
    await on.app(
      'web',
      '--label=com.docker.compose.project=shop',
      '--label=com.docker.compose.depends_on=db',
      '--volume=data:/data:ro',
    )
    await on.app('told', '--label=salvage.action=ignore', '--volume=data:/data')
    const backend = docker({ engine: on.engine })
    return {
      backend: { ...backend, discovery: dockerDiscovery(on.engine) },
      [Symbol.asyncDispose]: () => on.clean(),
    }
  })
})
