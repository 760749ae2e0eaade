import { dirname, join } from 'node:path'
import * as z from 'zod'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bench } from '../bench.ts'
import { bench, DOCKER } from '../bench.ts'

const DEBIAN = 'debian:bookworm-slim'
const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const SCRIPT = `
  const { docker } = await import('/repo/packages/docker/src/docker.ts')
  const signal = new AbortController().signal
  const survey = await docker({ host: 'unix:///engine.sock' }).discovery.survey({ signal })
  console.log(JSON.stringify(survey))
`
const Seen = z.object({
  targets: z.array(z.object({ ref: z.string(), source: z.object({ hostPath: z.string().optional() }) })),
  workloads: z.array(z.object({ name: z.string(), left: z.string().optional(), uses: z.array(z.string()) })),
})

describe.skipIf(!DOCKER)('this program in a container of the engine that it looks at', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench(DEBIAN)
  }, 120_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  test.each([
    ['as it comes', []],
    ['with a host name of its own', ['--hostname=backup']],
    ['with the control groups of the machine', ['--hostname=backup', '--cgroupns=host']],
  ])('knows its own container and leaves it alone: %s', async (_, args) => {
    await on.app('web', '--volume=data:/data')
    const options = ['--rm', '--name=itself', '--network=none', '--volume=data:/data', ...args]
    const binds = [
      `--volume=${dirname(dirname(process.execPath))}:/node:ro`,
      `--volume=${ROOT}:/repo:ro`,
      `--volume=${on.dockerd.socket}:/engine.sock`,
    ]
    const program = [DEBIAN, '/node/bin/node', '--input-type=module', '--eval', SCRIPT]
    const out = await on.cli('run', ...options, ...binds, ...program)
    const { targets, workloads } = Seen.parse(JSON.parse(out))
    expect(workloads).toEqual([
      { name: 'itself', left: 'this very process runs in it', uses: ['docker:data'] },
      { name: 'web', uses: ['docker:data'] },
    ])
    // The path of the volume on the machine is not there for a process in a container.
    expect(targets).toEqual([{ ref: 'docker:data', source: {} }])
    await on.clean()
  })
})
