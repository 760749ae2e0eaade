import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { reportServer } from '../report-server.ts'
import type { ReportServer } from '../report-server.ts'
import { salvageKit } from '../salvage-kit.ts'

const IMAGE = 'salvage-test/busybox'
const EVENTS = ['tide.success', 'tide.failure', 'volume.success', 'volume.failure']

describe.skipIf(!part('dockerd').available)('the report labels of a root container on a real engine', () => {
  let engine: Dockerd

  beforeAll(async () => {
    engine = await privateDockerd([IMAGE])
  })
  afterAll(async () => engine[Symbol.asyncDispose]())
  afterEach(async () => {
    await cli('rm', '--force', 'root')
    await cli('volume', 'rm', '--force', 'data')
  })

  async function cli(...args: string[]): Promise<string> {
    return (await docker(engine.host, args)).trim()
  }

  /** A root container whose tide `d` reports everything to the server, and a volume of that tide. */
  async function root(server: ReportServer, ...labels: readonly string[]): Promise<void> {
    const addresses = EVENTS.map((event) => `salvage.tides.d.report.${event}=${server.url}/${event}`)
    const tide = ['grouping=smart', 'crane=c'].map((setting) => `salvage.tides.d.${setting}`)
    const all = ['salvage.root', ...tide, 'salvage.tide.d=g:data', ...addresses, ...labels]
    await cli('volume', 'create', 'data')
    await cli('create', '--name=root', ...all.map((label) => `--label=${label}`), IMAGE)
  }

  async function run(config: string): Promise<number> {
    using folder = temporaryDirectory()
    writeFileSync(join(folder.path, 'salvage-kit.yaml'), `machine: host1\n${config}\n`)
    const sk = salvageKit(folder.path, { DOCKER_HOST: engine.host })
    return (await sk('run', '--tide', 'd', '--to', 'archive:backups').ended).code
  }

  test('POST: the bodies of the original, one for the volume and one for the tide', async () => {
    await using server = await reportServer()
    await root(server, 'salvage.tides.d.cron=@daily', `salvage.tides.d.heartbeat=${server.url}/beat`)
    expect(await run('')).toBe(0)
    const told = server.arrived.filter(({ path }) => !path.startsWith('/beat'))
    expect(told.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'POST /tide.success',
      'POST /volume.success',
    ])
    const bodies = Object.fromEntries(told.map(({ path, body }): [string, unknown] => [path, JSON.parse(body)]))
    const common = {
      username: 'Salvage Daemon (host1)',
      avatar_url: expect.stringContaining('salvage/master/logo.png'),
    }
    const inline = true
    const duration = { name: 'Duration', value: expect.stringMatching(/^(now|(\d+h ?)?(\d+m ?)?(\d+s)?)$/), inline }
    const footer = { text: 'host1' }
    expect(bodies).toEqual({
      '/volume.success': {
        ...common,
        embeds: [
          {
            title: 'Volume `data` backed up!',
            color: 1561887,
            fields: [duration, { name: 'Crane', value: 'archive', inline }],
            footer,
          },
        ],
      },
      '/tide.success': {
        ...common,
        embeds: [
          {
            title: 'Tide `d` completed!',
            description: 'The following volumes have been saved: `data`',
            color: 1561887,
            fields: [duration],
            footer,
          },
        ],
      },
    })
    expect(
      server.arrived.filter(({ path }) => path.startsWith('/beat')).map(({ path }) => path.replace(/\?.*/, '')),
    ).toEqual(['/beat/start', '/beat'])
  })

  test('GET: nothing but the request', async () => {
    await using server = await reportServer()
    await root(server, 'salvage.tides.d.cron=@daily', 'salvage.tides.d.report.method=get')
    expect(await run('')).toBe(0)
    expect(server.arrived.map(({ method, path, body }) => `${method} ${path}${body}`).toSorted()).toEqual([
      'GET /tide.success',
      'GET /volume.success',
    ])
  })

  test.each([
    ['contradict the file', ['salvage.tides.d.cron=@daily'], 'tides: { d: { cron: "@weekly" } }', 'disagree on cron'],
    [
      'define a crane of the file',
      ['salvage.tides.d.cron=@daily', 'salvage.cranes.c.image=x'],
      'cranes: { c: { image: y } }',
      'defined in two places',
    ],
    ['have no good schedule', ['salvage.tides.d.cron=at night'], '', 'is not a schedule'],
    ['have no schedule', [], '', 'has no cron'],
  ])('labels that %s are a failure with that reason', async (_what, labels, config, reason) => {
    await using server = await reportServer()
    await root(server, ...labels)
    expect(await run(config)).toBe(2)
    expect(server.arrived).toMatchObject([{ path: '/tide.failure', body: expect.stringContaining(reason) }])
    expect(server.arrived[0]?.body).toContain('Tide `d` failed!')
  })
})
