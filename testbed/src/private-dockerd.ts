import { join } from 'node:path'
import { dockerd } from './dockerd.ts'
import type { Dockerd } from './dockerd.ts'
import { docker, engineAddress } from './engine.ts'
import { engineFolder } from './engine-folder.ts'

/**
 * An engine that a test may restart and kill, with copies of some of the shared engine's images. Its containers have
 * no network. Use: `await using engine = await privateDockerd()`. It takes about two seconds.
 */
export async function privateDockerd(images: readonly string[] = ['salvage-test/busybox']): Promise<Dockerd> {
  const folder = engineFolder()
  const engine = await dockerd({ folder, network: 'none' })
  try {
    if (images.length > 0) {
      const file = join(folder, 'images.tar')
      await docker(engineAddress(), ['save', '--output', file, ...images])
      await docker(engine.host, ['load', '--input', file])
    }
    return engine
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    throw error
  }
}
