import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './cache.ts'

const PROBE_MS = 20_000
/** The loop device is tried out: containers often have the programs and not the devices. */
const SCRIPT = `set -e
truncate -s 128M "$1/image"
mkfs.btrfs --quiet "$1/image"
mkdir "$1/root"
mount -o loop "$1/image" "$1/root"
umount "$1/root"`

let known: string | undefined

/** Why no BTRFS file system can be made and mounted here; empty when one can. Tried once for each process. */
export function whyNoBtrfs(): string {
  known ??= tried()
  return known
}

function tried(): string {
  if (process.getuid?.() !== 0) return 'a file system of its own needs root'
  const folder = mkdtempSync(join(cacheFolder(), 'btrfs-probe-'))
  try {
    execFileSync('sh', ['-c', SCRIPT, 'sh', folder], { stdio: 'pipe', timeout: PROBE_MS, encoding: 'utf8' })
    return ''
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return `a loop-mounted BTRFS cannot be made here: ${words === '' ? String(error) : words}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
