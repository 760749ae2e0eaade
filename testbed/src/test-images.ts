import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { baseImage, debianMirror } from './base-image.ts'
import { docker } from './engine.ts'
import { ensureImage } from './image.ts'
import type { ImageRecipe } from './image.ts'

const FOLDER = join(import.meta.dirname, '..', 'images')
const CRANES = join(import.meta.dirname, '..', '..', 'cranes')

/** The images that tests start containers of: the base, folders with a Dockerfile under `images/`, and the crane images. */
const TEST_IMAGES: readonly ImageRecipe[] = [
  baseImage,
  fromFolder('postgres'),
  fromFolder('mariadb'),
  fromFolder('busybox'),
  fromFolder('pause', ['busybox']),
  ...['restic', 'borg', 'rclone', 'duplicity', 'archive'].map((name) => crane(name)),
]

/** Resolves when the engine has every image of the test images. */
export async function ensureTestImages(host: string): Promise<void> {
  for (const recipe of TEST_IMAGES) await ensureImage(host, recipe)
}

function fromFolder(folder: string, standsOn: readonly string[] = []): ImageRecipe {
  const path = join(FOLDER, folder)
  const name = `salvage-test/${folder}`
  const version = versionOf([path, ...standsOn.map((other) => join(FOLDER, other))])
  return { name, version, make: async (host) => build(host, name, [path]) }
}

/** What is shared by the crane images stands beside their folders, so these are the context of the build. */
function crane(folder: string): ImageRecipe {
  const path = join(CRANES, folder)
  const name = `salvage-kit/crane-${folder}`
  return {
    name,
    version: versionOf([path, join(CRANES, 'frame')]),
    make: async (host) => build(host, name, ['--file', join(path, 'Dockerfile'), CRANES]),
  }
}

function versionOf(folders: readonly string[]): string {
  const hash = createHash('sha256').update(baseImage.version)
  for (const folder of folders)
    for (const file of readdirSync(folder).toSorted())
      if (!file.endsWith('.md')) hash.update(readFileSync(join(folder, file)))
  return hash.digest('hex').slice(0, 12)
}

async function build(host: string, name: string, args: readonly string[]): Promise<void> {
  await docker(host, ['build', '--quiet', '--build-arg', `DEBIAN_MIRROR=${debianMirror()}`, '--tag', name, ...args])
}
