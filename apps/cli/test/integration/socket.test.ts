import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { documentedCalls } from '../allowed-calls.ts'
import { filteringProxy } from '../filtering-proxy.ts'
import type { AllowedCall, FilteringProxy } from '../filtering-proxy.ts'
import { eventsOf, salvageKit } from '../salvage-kit.ts'
import type { Ended } from '../salvage-kit.ts'

const IMAGE = 'salvage-test/busybox'
const WRITER = 'trap "exit 0" TERM; while :; do date >> /data/log; sleep 1 & wait $!; done'
const CRANE = join(import.meta.dirname, '../../../../packages/docker/test/images/crane2')
const CALLS = documentedCalls()
const EVERYTHING = ['survey', 'rest', 'exec', 'cranes', 'volumes']

describe.skipIf(!part('dockerd').available)('behind a socket proxy that lets only the documented calls through', () => {
  let engine: Dockerd
  let folder: TemporaryDirectory
  const cli = async (...args: string[]): Promise<string> => (await docker(engine.host, args)).trim()
  const stateOf = async (name: string): Promise<string> =>
    cli('inspect', '--format={{.State.Status}} {{.State.Paused}} {{.State.StartedAt}}', name)

  beforeAll(async () => {
    engine = await privateDockerd([IMAGE])
    await cli('build', '--quiet', '--network=none', '--tag', 'crane', CRANE)
  })
  afterAll(async () => engine[Symbol.asyncDispose]())
  beforeEach(() => {
    folder = temporaryDirectory()
    writeFileSync(
      join(folder.path, 'salvage-kit.yaml'),
      'cranes: { truck: { image: crane, pull: never, network: none, mounts: { store: /store } } }\n',
    )
  })
  afterEach(async () => {
    const names = await cli('ps', '--all', '--quiet')
    if (names !== '') await cli('rm', '--force', ...names.split('\n'))
    const volumes = await cli('volume', 'ls', '--quiet')
    if (volumes !== '') await cli('volume', 'rm', ...volumes.split('\n'))
    folder[Symbol.dispose]()
  })

  async function writer(name: string, ...args: string[]): Promise<void> {
    await cli('run', '--detach', '--network=none', `--name=${name}`, ...args, IMAGE, 'sh', '-c', WRITER)
  }
  const behind = (proxy: FilteringProxy) => (line: string) =>
    salvageKit(folder.path, { DOCKER_HOST: proxy.host })(...line.split(' '))
  async function good(proxy: FilteringProxy, line: string): Promise<Ended> {
    const ended = await behind(proxy)(line).ended
    expect([line, ended.code, ended.err, proxy.refused]).toEqual([line, 0, expect.any(String), []])
    return ended
  }
  async function proxyFor(groups: readonly string[], without?: string): Promise<FilteringProxy> {
    const calls = callsOf(groups).filter(({ method, path }) => `${method} ${path}` !== without)
    return filteringProxy(engine.host.replace('unix://', ''), calls)
  }

  test('looking needs the first list alone', async () => {
    await writer('web', '--volume=data:/data')
    await using proxy = await proxyFor(['survey'])
    await good(proxy, 'plan docker:data --to archive:backups')
    await good(proxy, 'doctor')
    await good(proxy, 'list')
  })

  test('stop, pause, restore in place and recover need the second besides', async () => {
    await writer('web', '--volume=data:/data')
    await writer('frozen', '--volume=data:/data', '--label=salvage.action=pause')
    await using proxy = await proxyFor(['survey', 'rest'])
    await good(proxy, 'run docker:data --to archive:backups')
    await good(proxy, 'verify docker:data')
    await good(proxy, 'restore docker:data --in-place --yes')
    const dead = behind(proxy)('run docker:data --to archive:backups --json')
    while (!(await stateOf('web')).startsWith('exited')) await sleep(20)
    dead.child.kill('SIGKILL')
    await dead.ended
    await good(proxy, 'recover')
    expect([await stateOf('web'), await stateOf('frozen')]).toEqual([
      expect.stringMatching(/^running false/),
      expect.stringMatching(/^running false/),
    ])
  })

  test('the daemon needs no more than the two', async () => {
    await writer('web', '--volume=data:/data')
    const tide = `cron: '@yearly', targets: ['docker:data'], to: 'archive:${join(folder.path, 'backups')}'`
    writeFileSync(join(folder.path, 'salvage-kit.yaml'), `tides: { nightly: { ${tide} } }\n`)
    await using proxy = await proxyFor(['survey', 'rest'])
    const daemon = behind(proxy)('daemon')
    while (!(await behind(proxy)('status').ended).err.includes('ready')) await sleep(100)
    await good(proxy, 'trigger nightly')
    daemon.child.kill('SIGTERM')
    expect([(await daemon.ended).code, proxy.refused]).toEqual([0, []])
  })

  test('commands need the third besides', async () => {
    await writer(
      'web',
      '--volume=data:/data',
      '--label=salvage.command.pre=touch /data/pre',
      '--label=salvage.command.post=touch /data/post',
    )
    await using proxy = await proxyFor(['survey', 'rest', 'exec'])
    await good(proxy, 'run docker:data --to archive:backups')
    expect(await cli('exec', 'web', 'ls', '/data')).toMatch(/post\npre/)
  })

  test('crane images, and volumes to restore into, need the rest; and no call is documented for nothing', async () => {
    await writer('web', '--volume=data:/data')
    await using proxy = await proxyFor(EVERYTHING)
    await good(proxy, 'run docker:data --to crane:truck --init')
    await good(proxy, 'list --from crane:truck')
    await good(proxy, 'restore docker:data --from crane:truck --to docker:copy')
    await good(proxy, 'prune docker:data --from crane:truck --keep-last 1')
    expect(await cli('run', '--rm', '--network=none', '--volume=copy:/v', IMAGE, 'ls', '/v')).toContain('log')
    await using alone = await proxyFor(EVERYTHING)
    await good(alone, 'run docker:data --to archive:backups')
    await good(alone, 'restore docker:data --from archive:backups --to docker:other')
    const used = [...proxy.used, ...alone.used].map(({ method, path }) => `${method} ${path}`)
    const listed = callsOf(EVERYTHING).map(({ method, path }) => `${method} ${path}`)
    // Tried in the tests above, or only with a registry, a network of the user's own, or a volume that was made anew.
    const elsewhere = [
      'POST /containers/ID/pause',
      'POST /containers/ID/unpause',
      'POST /containers/ID/exec',
      'POST /exec/ID/start',
      'GET /exec/ID/json',
      'POST /images/create',
      'GET /networks/NAME',
      'GET /version',
    ]
    expect(listed.filter((call) => ![...used, ...elsewhere].includes(call))).toEqual([])
  })

  describe('what is forbidden is one clear error before anything is touched', () => {
    test.each([
      ['rest', 'POST /containers/ID/stop', []],
      ['rest', 'POST /containers/ID/start', []],
      ['rest', 'POST /containers/ID/unpause', ['--label=salvage.action=pause']],
      ['exec', 'POST /containers/ID/exec', ['--label=salvage.command.pre=true']],
      ['exec', 'POST /exec/ID/start', ['--label=salvage.command.pre=true']],
      ['cranes', 'POST /containers/create', []],
      ['cranes', 'PUT /containers/ID/archive', []],
      ['cranes', 'DELETE /containers/ID', []],
    ])('%s: %s', async (group, call, labels) => {
      await writer('web', '--volume=data:/data', ...labels)
      const before = await stateOf('web')
      await using proxy = await proxyFor(EVERYTHING, call)
      const to = group === 'cranes' ? 'crane:truck' : 'archive:backups'
      const { code, out } = await behind(proxy)(`run docker:data --to ${to} --init --json`).ended
      expect([code, eventsOf(out).at(-1)]).toMatchObject([
        5,
        {
          error: {
            code: 'PREFLIGHT.FAILED',
            message: expect.stringMatching(/^nothing was touched: the Docker engine at .* does not permit to /),
            why: `forbidden: ${call}`,
            hint: expect.stringContaining('docker-socket.md'),
          },
        },
      ])
      expect(await stateOf('web')).toBe(before)
    })

    test('a whole list at once', async () => {
      await writer('web', '--volume=data:/data')
      const before = await stateOf('web')
      await using proxy = await proxyFor(['survey'])
      const { code, err } = await behind(proxy)('run docker:data --to archive:backups').ended
      expect([code, err]).toEqual([5, expect.stringContaining('does not permit to stop containers, start containers')])
      expect(await stateOf('web')).toBe(before)
    })
  })
})

function callsOf(groups: readonly string[]): readonly AllowedCall[] {
  return groups.flatMap((group) => CALLS.get(group) ?? [])
}
