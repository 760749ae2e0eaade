import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The table of keys of this boot of the machine, so that nothing of it need be written to the disk before a lock counts:
 * whoever held a lock before a power cut is dead. Removes what an earlier boot left.
 */
export function keyTablePath(directory: string): string {
  const name = `keys-${bootId()}.sqlite`
  const path = join(directory, name)
  if (existsSync(path) || !existsSync(directory)) return path
  for (const other of readdirSync(directory))
    if (/^keys.*\.sqlite(-journal)?$/.test(other) && !other.startsWith(name))
      rmSync(join(directory, other), { force: true })
  return path
}

let known: string | undefined

/** https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html: random/boot_id. The same in every container of the machine. */
function bootId(): string {
  known ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return known
}
