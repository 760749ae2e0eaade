import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Crane, DockerVolumeSource } from '@salvage-kit/core'
import { craneContract } from '@salvage-kit/core/testing'
import { craneStore, docker } from '@salvage-kit/docker'
import { engineAddress, part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { CRANES } from '../cranes.ts'
import { describeTree, makeNastyTree } from '../nasty-tree.ts'
import { removeAll, run, uniqueName } from '../vessel.ts'
import { makeVolume, placeOf } from '../yard.ts'

const READY = part('docker').available && part('crane-images').available

async function sourceOf(name: string): Promise<DockerVolumeSource> {
  const createdAt = await run('volume', 'inspect', '--format={{.CreatedAt}}', name)
  return { medium: 'docker-volume', name, hostPath: await placeOf(name), createdAt }
}

describe.skipIf(!READY).each(CRANES)('through salvage-kit: $name', (crane) => {
  // A tag of this process tells its containers from those of others.
  const image = uniqueName('image')
  beforeAll(async () => {
    await run('tag', crane.image, image)
  })
  afterAll(async () => {
    await run('rmi', image)
  })

  craneContract(crane.name, async () => {
    const secrets = temporaryDirectory()
    const files: Record<string, string> = {}
    for (const [name, content] of Object.entries(crane.secrets ?? {})) {
      const file = join(secrets.path, name)
      writeFileSync(file, content)
      files[name] = file
    }
    const store = await makeVolume('store')
    const volume = await makeVolume('nasty')
    makeNastyTree(await placeOf(volume))
    const settings = { image, pull: 'never', env: crane.env, mounts: { [store]: '/store' }, secrets: files } as const
    const make = (): Crane => {
      const made = docker({ host: engineAddress(), cranes: { c: settings } }).cranes?.[0]
      if (made === undefined) throw new Error('the Docker backend has a crane')
      return made
    }
    return {
      crane: make(),
      again: make,
      store: craneStore('c'),
      source: await sourceOf(volume),
      destination: async () => sourceOf(await makeVolume('destination')),
      async compare(source, destination) {
        if (source.medium !== 'docker-volume' || destination.medium !== 'docker-volume') throw new Error('two volumes')
        expect(describeTree(await placeOf(destination.name), crane.keeps)).toEqual(
          describeTree(await placeOf(source.name), crane.keeps),
        )
      },
      async leftovers() {
        const rows = await run('ps', '--all', '--format={{.Image}} {{.Names}}')
        return rows.split('\n').filter((row) => row.startsWith(`${image} `))
      },
      async [Symbol.asyncDispose]() {
        await removeAll()
        secrets[Symbol.dispose]()
      },
    }
  })
})
