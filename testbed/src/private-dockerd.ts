import { join } from 'node:path'
import { dockerd } from './dockerd.ts'
import type { Dockerd } from './dockerd.ts'
import { docker, engineAddress } from './engine.ts'
import { engineFolder, sweepEngineFolders } from './engine-folder.ts'

const BUSYBOX = ['salvage-test/busybox']

/** What is special about it. */
export interface PrivateDockerdOptions {
  /** Of the shared engine; copies of them are in it. The default is `salvage-test/busybox`. */
  readonly images?: readonly string[]
  /**
   * It finds no plugins of the machine, and nobody else finds its own: sockets go into its `pluginsFolder`. An engine never
   * forgets a volume driver that it used once.
   */
  readonly plugins?: boolean
  /** Its containers live on while it is stopped or killed. */
  readonly liveRestore?: boolean
}

/**
 * An engine that a test may restart and kill, with copies of some of the shared engine's images (a list alone is the
 * images). Its containers have no network. Use: `await using engine = await privateDockerd()`. It takes about two seconds.
 */
export async function privateDockerd(options: readonly string[] | PrivateDockerdOptions = {}): Promise<Dockerd> {
  const { images = BUSYBOX, ...special }: PrivateDockerdOptions = isList(options) ? { images: options } : options
  await sweepEngineFolders()
  const folder = engineFolder()
  const engine = await dockerd({ folder, network: 'none', ...special })
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

function isList(options: readonly string[] | PrivateDockerdOptions): options is readonly string[] {
  return Array.isArray(options)
}
