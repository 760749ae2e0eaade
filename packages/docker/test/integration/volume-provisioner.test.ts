import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryOf } from '@salvage-kit/core'
import type { Provisioner, Source } from '@salvage-kit/core'
import { provisionerContract } from '@salvage-kit/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DockerEngine } from '../../src/engine.ts'
import { volumeProvisioner } from '../../src/volume-provisioner.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER } from '../bench.ts'

const RUN = '20261121t080000z-c0ffee'

async function fill(source: Source): Promise<void> {
  await writeFile(join(directoryOf(source) ?? '', 'restored'), 'content')
}

describe.skipIf(!DOCKER)('volumes to restore into', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const provisioner = (engine: DockerEngine = on.engine): Provisioner => volumeProvisioner(async () => engine)
  const labels = async (volume: string): Promise<unknown> => (await on.engine.inspectVolume(volume, calm()))?.labels

  provisionerContract('docker volumes', async () => {
    await on.cli('volume', 'create', 'occupied')
    await on.cli('run', '--rm', '--network=none', '-v', 'occupied:/d', 'salvage-test/busybox', 'touch', '/d/a')
    return {
      provisioner: provisioner(),
      again: () => provisioner(),
      free: 'docker:free',
      occupied: 'docker:occupied',
      exists: async (ref) => (await on.engine.inspectVolume(ref.slice('docker:'.length), calm())) !== undefined,
      fill,
      [Symbol.asyncDispose]: () => on.clean(),
    }
  })

  test('what it makes carries the label of the run and can be written at once', async () => {
    const token = await provisioner().prepare('docker:new1', RUN, calm())
    const source = await provisioner().create(token, calm())
    expect(source).toMatchObject({
      medium: 'docker-volume',
      name: 'new1',
      hostPath: expect.stringMatching(/new1\/_data$/),
    })
    await fill(source)
    expect(await labels('new1')).toEqual({ 'salvage-kit.run': RUN })
  })

  test('an empty volume is taken, keeps its labels, and is put back empty', async () => {
    await on.cli('volume', 'create', '--label=com.docker.compose.project=p1', 'empty')
    const token = await provisioner().prepare('docker:empty', RUN, calm())
    expect(await labels('empty')).toEqual({ 'com.docker.compose.project': 'p1' })
    const source = await provisioner().create(token, calm())
    await fill(source)
    expect(await labels('empty')).toEqual({ 'com.docker.compose.project': 'p1', 'salvage-kit.run': RUN })
    await provisioner().create(token, calm())
    expect(await readdir(directoryOf(source) ?? '')).toEqual(['restored'])
    await provisioner().remove(token, calm())
    await provisioner().remove(token, calm())
    expect(await labels('empty')).toEqual({ 'com.docker.compose.project': 'p1' })
    expect(await readdir(directoryOf(source) ?? '')).toEqual([])
  })

  test('taking back what was never made touches nothing', async () => {
    await on.cli('volume', 'create', 'empty')
    const token = await provisioner().prepare('docker:empty', RUN, calm())
    const source = { medium: 'docker-volume', name: 'empty' } as const
    const hostPath = (await on.engine.inspectVolume('empty', calm()))?.mountpoint ?? ''
    await fill({ ...source, hostPath })
    await provisioner().remove(token, calm())
    expect(await readdir(hostPath)).toEqual(['restored'])
    await expect(provisioner().create(token, calm())).rejects.toMatchObject({ code: 'RESTORE.OCCUPIED' })
    expect(await readdir(hostPath)).toEqual(['restored'])
  })

  test('an empty volume that a container has, running or not, is occupied', async () => {
    await on.cli('create', '--name=user', '--network=none', '-v', 'used:/d', 'salvage-test/busybox')
    await expect(provisioner().prepare('docker:used', RUN, calm())).rejects.toMatchObject({
      code: 'RESTORE.OCCUPIED',
      why: 'the container user has it',
    })
  })

  test('a volume that somebody makes between prepare and create is left alone', async () => {
    const token = await provisioner().prepare('docker:new1', RUN, calm())
    await on.cli('volume', 'create', 'new1')
    await expect(provisioner().create(token, calm())).rejects.toMatchObject({ code: 'RESTORE.OCCUPIED' })
    await provisioner().remove(token, calm())
    expect(await labels('new1')).toEqual({})
  })

  test('a volume with a device in its options has no content while it is not mounted: it is occupied', async () => {
    await on.cli('volume', 'create', '--opt=type=tmpfs', '--opt=device=tmpfs', 'device')
    await expect(provisioner().prepare('docker:device', RUN, calm())).rejects.toMatchObject({
      code: 'RESTORE.OCCUPIED',
    })
  })

  test('bad names', async () => {
    for (const name of ['a', '.a', 'a b', '../etc', 'a/../b', 'ä1'])
      await expect(provisioner().prepare(`docker:${name}`, RUN, calm())).rejects.toMatchObject({
        code: 'DOCKER.VOLUME_NAME',
      })
  })

  test('where the content of volumes cannot be seen: one error before anything is made, or nothing stays', async () => {
    const elsewhere: DockerEngine = {
      ...on.engine,
      listVolumes: async (options) =>
        (await on.engine.listVolumes(options)).map((volume) => ({ ...volume, mountpoint: '/not/here' })),
      inspectVolume: async (name, options) => {
        const volume = await on.engine.inspectVolume(name, options)
        return volume === undefined ? undefined : { ...volume, mountpoint: '/not/here' }
      },
      createVolume: async (spec, options) => ({
        ...(await on.engine.createVolume(spec, options)),
        mountpoint: '/not/here',
      }),
    }
    const token = await provisioner(elsewhere).prepare('docker:new1', RUN, calm())
    await expect(provisioner(elsewhere).create(token, calm())).rejects.toMatchObject({ code: 'DOCKER.NO_HOST_PATH' })
    expect(await labels('new1')).toBeUndefined()
    await on.cli('volume', 'create', 'other')
    await expect(provisioner(elsewhere).prepare('docker:new1', RUN, calm())).rejects.toMatchObject({
      code: 'DOCKER.NO_HOST_PATH',
    })
    const media = new Set(['docker-volume'] as const)
    const filled = await provisioner(elsewhere).prepare('docker:new1', RUN, { ...calm(), media })
    const place = await provisioner(elsewhere).create(filled, calm())
    expect([place, await labels('new1')]).toMatchObject([{ medium: 'docker-volume', name: 'new1' }, expect.anything()])
    expect(place).not.toHaveProperty('hostPath')
  })
})
