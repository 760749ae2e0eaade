import { rename, utimes } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DockerVolumeSource } from '@salvage-kit/core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { dockerDiscovery } from '../../src/discovery.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER } from '../bench.ts'

const GONE = { code: 'DOCKER.VOLUME_GONE' }

describe.skipIf(!DOCKER)('a volume is the one that was surveyed', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function found(name: string): Promise<DockerVolumeSource> {
    const { targets } = await dockerDiscovery(on.engine).survey(calm())
    const source = targets.find(({ ref }) => ref === `docker:${name}`)?.source
    if (source?.medium !== 'docker-volume') throw new Error(`no volume ${name}`)
    return source
  }
  const confirm = async (source: DockerVolumeSource): Promise<void> =>
    dockerDiscovery(on.engine).confirm(source, calm())

  test('left alone, and while an application works in it', async () => {
    await on.cli('volume', 'create', 'd1')
    const source = await found('d1')
    await confirm(source)
    await sleep(1100)
    await on.app('app1', '--volume=d1:/data')
    await on.cli('exec', 'app1', 'sh', '-c', 'touch /data/x; chown 1000 /data; chmod 700 /data')
    await confirm(source)
  })

  test('removed', async () => {
    await on.cli('volume', 'create', 'd1')
    const source = await found('d1')
    await on.cli('volume', 'rm', 'd1')
    await expect(confirm(source)).rejects.toMatchObject(GONE)
  })

  test('removed and made anew, in the same second', async () => {
    await on.cli('volume', 'create', 'd1')
    const source = await found('d1')
    await on.cli('volume', 'rm', 'd1')
    await on.cli('volume', 'create', 'd1')
    await expect(confirm(source)).rejects.toMatchObject(GONE)
  })

  test('made anew, and given the time of the old one', async () => {
    await on.cli('volume', 'create', 'd1')
    const source = await found('d1')
    const { hostPath = '' } = source
    await on.cli('volume', 'rm', 'd1')
    await on.cli('volume', 'create', 'd1')
    const time = new Date(source.createdAt ?? '')
    await utimes(hostPath, time, time)
    await expect(confirm(source)).rejects.toMatchObject(GONE)
  })

  test('another directory in the place of its own', async () => {
    await on.cli('volume', 'create', 'd1')
    await on.cli('volume', 'create', 'd2')
    const [one, other] = [await found('d1'), await found('d2')]
    await rename(other.hostPath ?? '', `${other.hostPath ?? ''}-away`)
    await rename(one.hostPath ?? '', `${one.hostPath ?? ''}-away`)
    await rename(`${other.hostPath ?? ''}-away`, one.hostPath ?? '')
    await expect(confirm(one)).rejects.toMatchObject(GONE)
    await rename(`${one.hostPath ?? ''}-away`, other.hostPath ?? '')
  })

  test('a source of another platform is none of its business', async () => {
    await dockerDiscovery(on.engine).confirm({ medium: 'directory', path: '/no/such' }, calm())
  })
})
