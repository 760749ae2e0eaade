import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The folder outside the checkout where images and tools are kept between runs, made when it is not there:
 * `SALVAGE_KIT_CACHE`, else `salvage-kit` in the XDG cache folder. The start scripts say the same.
 */
export function cacheFolder(...parts: readonly string[]): string {
  const base =
    process.env['SALVAGE_KIT_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'salvage-kit')
  const folder = join(base, ...parts)
  mkdirSync(folder, { recursive: true })
  return folder
}
