import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { baseImage, debianMirror } from './base-image.ts'
import { docker } from './engine.ts'
import { ensureImage } from './image.ts'
import type { ImageRecipe } from './image.ts'

const FOLDER = join(import.meta.dirname, '..', 'images')

/** The images that tests start containers of; each but the first is a folder with a Dockerfile under `images/`. */
const TEST_IMAGES: readonly ImageRecipe[] = [baseImage, fromFolder('postgres'), fromFolder('busybox')]

/** Resolves when the engine has every image of the test images. */
export async function ensureTestImages(host: string): Promise<void> {
  for (const recipe of TEST_IMAGES) await ensureImage(host, recipe)
}

function fromFolder(folder: string): ImageRecipe {
  const path = join(FOLDER, folder)
  const name = `salvage-test/${folder}`
  const hash = createHash('sha256').update(baseImage.version)
  for (const file of readdirSync(path).toSorted()) hash.update(readFileSync(join(path, file)))
  return {
    name,
    version: hash.digest('hex').slice(0, 12),
    async make(host) {
      await docker(host, ['build', '--quiet', '--build-arg', `DEBIAN_MIRROR=${debianMirror()}`, '--tag', name, path])
    },
  }
}
