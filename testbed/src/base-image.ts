import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { command } from './command.ts'
import { docker } from './engine.ts'
import type { ImageRecipe } from './image.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const PULL_MS = 10_000
/** What an image does without, as in Debian's own slim images. */
const SLIMMED = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
  'usr/share/info',
  'var/lib/apt/lists',
  'var/cache/apt',
]

/** The mirror that Debian packages are taken from: `SALVAGE_DEBIAN_MIRROR`, else Debian's own. */
export function debianMirror(): string {
  return process.env['SALVAGE_DEBIAN_MIRROR'] ?? 'http://deb.debian.org/debian'
}

/** Debian 12, pulled when a registry answers at once, otherwise made from Debian's packages. */
export const baseImage: ImageRecipe = {
  name: 'debian:bookworm-slim',
  version: '1',
  anyVersion: true,
  async make(host) {
    try {
      await docker(host, ['pull', '--quiet', baseImage.name], PULL_MS)
    } catch {
      await debootstrap(host)
    }
  },
}

async function debootstrap(host: string): Promise<void> {
  // Not under /tmp, which may forbid device nodes.
  using folder = temporaryDirectory('debootstrap-', cacheFolder())
  const root = join(folder.path, 'root')
  await command('debootstrap', ['--variant=minbase', 'bookworm', root, debianMirror()])
  for (const path of SLIMMED) await rm(join(root, path), { recursive: true, force: true })
  const tar = join(folder.path, 'root.tar')
  await command('tar', ['--numeric-owner', '--exclude=./dev/*', '-C', root, '-cf', tar, '.'])
  await docker(host, ['import', '--change', 'CMD ["bash"]', tar, baseImage.name])
}
