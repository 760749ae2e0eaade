import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { docker, hasImage } from './engine.ts'
import { exclusive } from './exclusive.ts'

/** How an image comes into being. */
export interface ImageRecipe {
  /** The name that tests use. */
  readonly name: string
  /** Changes when what makes the image changes. */
  readonly version: string
  /** Makes it in the engine under `name`. */
  readonly make: (host: string) => Promise<void>
  /** Whether an image that stands in the engine under this name, made by anybody, is good. */
  readonly anyVersion?: boolean
}

/**
 * Resolves when the engine has the image: it has it already, or it is loaded from the cache, or it is made and then
 * kept in the cache. One process at a time does so.
 */
export async function ensureImage(host: string, recipe: ImageRecipe): Promise<void> {
  const folder = cacheFolder('images')
  const file = join(folder, `${recipe.name.replaceAll(/[/:]/g, '-')}-${recipe.version}.tar`)
  const versioned = `${recipe.name.split(':')[0] ?? recipe.name}:recipe-${recipe.version}`
  await exclusive(join(folder, 'lock.sqlite'), async () => {
    if (recipe.anyVersion === true && (await hasImage(host, recipe.name))) return
    if (await hasImage(host, versioned)) {
      await docker(host, ['tag', versioned, recipe.name])
      return
    }
    if (existsSync(file)) {
      await docker(host, ['load', '--input', file])
      return
    }
    await recipe.make(host)
    await docker(host, ['tag', recipe.name, versioned])
    await docker(host, ['save', '--output', `${file}.part`, recipe.name, versioned])
    await rename(`${file}.part`, file)
  })
}
