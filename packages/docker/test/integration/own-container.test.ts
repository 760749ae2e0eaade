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
/** What it leaves on this engine, and on one that does not have its container. */
const LABEL = `
  const { thisProcess } = await import('/repo/packages/docker/src/crane/process-identity.ts')
  const { dockerodeEngine } = await import('/repo/packages/docker/src/dockerode-engine.ts')
  const { hostname } = await import('node:os')
  const options = { signal: new AbortController().signal }
  const hostAt = async (host) => JSON.parse(await thisProcess(dockerodeEngine({ host }), options)).host
  console.log(JSON.stringify([hostname(), await hostAt('unix:///engine.sock'), await hostAt('unix:///nowhere.sock')]))
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

  /** Runs a script in a container of its own. */
  async function itself(args: readonly string[], script: string): Promise<string> {
    const binds = [
      `--volume=${dirname(dirname(process.execPath))}:/node:ro`,
      `--volume=${ROOT}:/repo:ro`,
      `--volume=${on.dockerd.socket}:/engine.sock`,
    ]
    const program = [DEBIAN, '/node/bin/node', '--input-type=module', '--eval', script]
    return on.cli('run', '--rm', '--name=itself', '--network=none', ...args, ...binds, ...program)
  }

  test.each([
    ['as it comes', []],
    ['with a host name of its own', ['--hostname=backup']],
    ['with the control groups of the machine', ['--hostname=backup', '--cgroupns=host']],
  ])('knows its own container and leaves it alone: %s', async (_, args) => {
    await on.app('web', '--volume=data:/data')
    const out = await itself(['--volume=data:/data', ...args], SCRIPT)
    const { targets, workloads } = Seen.parse(JSON.parse(out))
    expect(workloads).toEqual([
      { name: 'itself', left: 'this very process runs in it', uses: ['docker:data'] },
      { name: 'web', uses: ['docker:data'] },
    ])
    // The path of the volume on the machine is not there for a process in a container.
    expect(targets).toEqual([{ ref: 'docker:data', source: {} }])
    await on.clean()
  })

  test('is told by its container to who asks the engine that has it, and to nobody else', async () => {
    const [name, here, elsewhere] = z
      .tuple([z.string(), z.string(), z.string()])
      .parse(JSON.parse(await itself([], LABEL)))
    expect(name).toMatch(/^[0-9a-f]{12}$/)
    expect([here, elsewhere]).toEqual([name, ''])
    await on.clean()
  })
})
