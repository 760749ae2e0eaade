import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { salvageKit } from '../salvage-kit.ts'
import type { Running } from '../salvage-kit.ts'

const IMAGE = 'salvage-test/busybox'
const EXAMPLE = join(import.meta.dirname, '../../../../examples/crane')
const WRITER = 'trap "exit 0" TERM; while :; do date >> /data/log; sleep 1 & wait $!; done'

describe.skipIf(!part('dockerd').available)('a crane image of version 2', () => {
  let engine: Dockerd
  let folder: TemporaryDirectory
  let sk: (...args: readonly string[]) => Running
  const cli = async (...args: string[]): Promise<string> => (await docker(engine.host, args)).trim()
  const good = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await sk(...args).ended
    expect(`${args.join(' ')}: ${String(code)} ${code === 0 ? '' : out + err}`).toBe(`${args.join(' ')}: 0 `)
    return out
  }

  beforeAll(async () => {
    engine = await privateDockerd([IMAGE])
    await cli('tag', IMAGE, 'busybox')
    await cli('build', '--quiet', '--network=none', '--tag=example/crane', EXAMPLE)
  })
  afterAll(async () => engine[Symbol.asyncDispose]())
  beforeEach(async () => {
    folder = temporaryDirectory()
    sk = salvageKit(folder.path, { DOCKER_HOST: engine.host })
    const crane = { image: 'example/crane', pull: 'never', mounts: { store: '/store' }, network: 'none' }
    const tides = { nightly: { targets: ['docker:data'], crane: 'tape', keep: { last: 1 } } }
    writeFileSync(join(folder.path, 'salvage-kit.yaml'), JSON.stringify({ cranes: { tape: crane }, tides }))
    await cli('run', '--detach', '--network=none', '--name=web', '--volume=data:/data', IMAGE, 'sh', '-c', WRITER)
  })
  afterEach(async () => {
    expect(await cli('ps', '--all', '--quiet', '--filter=label=salvage.entity')).toBe('')
    await cli('rm', '--force', 'web')
    await cli('volume', 'rm', ...(await cli('volume', 'ls', '--quiet')).split('\n'))
    folder[Symbol.dispose]()
  })
  const contentOf = async (volume: string): Promise<string> =>
    cli('run', '--rm', '--network=none', `--volume=${volume}:/v:ro`, IMAGE, 'cat', '/v/log')

  test('run, list, verify, restore into a new volume and in place, prune', async () => {
    const before = await cli('inspect', '--format={{.State.StartedAt}}', 'web')
    const early = await sk('run', 'docker:data', '--to', 'crane:tape').ended
    expect(early).toMatchObject({ code: 5, err: expect.stringContaining('there is no store behind crane:tape') })
    expect(await cli('inspect', '--format={{.State.StartedAt}}', 'web')).toBe(before)

    await good('run', 'docker:data', '--to', 'crane:tape', '--init')
    await good('run', 'docker:data', '--to', 'tape')
    expect(await cli('inspect', '--format={{.State.Status}}', 'web')).toBe('running')
    const lines = (await good('list', '--from', 'crane:tape'))
      .split('\n')
      .filter((line) => line.includes('docker:data'))
    expect(lines).toHaveLength(2)

    await good('verify', 'docker:data', '--from', 'crane:tape')
    await good('restore', 'docker:data', '--from', 'crane:tape', '--to', 'docker:copy')
    const copied = await contentOf('copy')
    expect(copied).not.toBe('')
    expect((await contentOf('data')).startsWith(copied)).toBe(true)

    await cli('exec', 'web', 'rm', '/data/log')
    await good('restore', 'docker:data', '--from', 'crane:tape', '--in-place', '--yes')
    expect(await cli('inspect', '--format={{.State.Status}}', 'web')).toBe('running')
    expect((await contentOf('data')).startsWith(copied)).toBe(true)

    await good('prune', '--from', 'crane:tape', '--keep-last', '1')
    const left = (await good('list', '--from', 'crane:tape')).split('\n').filter((line) => line.includes('docker:data'))
    expect(left).toHaveLength(1)
  })

  test('a restore that is killed while its crane works is taken back, and the next one is whole', async () => {
    await good('run', 'docker:data', '--to', 'crane:tape', '--init')
    await cli('create', '--name=mould', '--network=none', 'example/crane')
    await cli(
      'commit',
      '--change',
      'CMD ["sh", "-c", "[ $SALVAGE_ACTION != lower ] || sleep 60; exec /crane"]',
      'mould',
      'example/slow',
    )
    await cli('rm', 'mould')
    const file = join(folder.path, 'salvage-kit.yaml')
    const config = readFileSync(file, 'utf8')
    writeFileSync(file, config.replace('example/crane', 'example/slow'))
    for (const where of [
      ['--to', 'docker:copy'],
      ['--in-place', '--yes'],
    ]) {
      const restore = sk('restore', 'docker:data', '--from', 'crane:tape', ...where)
      while ((await cli('ps', '--quiet', '--filter=label=salvage-kit.action=lower')) === '') await sleep(50)
      restore.child.kill('SIGKILL')
      await restore.ended
      await good('recover')
      expect(await cli('ps', '--all', '--quiet', '--filter=label=salvage.entity')).toBe('')
      expect((await cli('volume', 'ls', '--quiet')).split('\n')).toEqual(['data', 'store'])
      expect(await cli('exec', 'web', 'ls', '-A', '/data')).toBe('log')
    }
    writeFileSync(file, config)
    await good('restore', 'docker:data', '--from', 'crane:tape', '--to', 'docker:copy')
    expect(await contentOf('copy')).not.toBe('')
  })
})
