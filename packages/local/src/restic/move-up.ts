import { chmod, lstat, readdir, rename, rm } from 'node:fs/promises'
import { sep } from 'node:path'
import { execa } from 'execa'

const OWNER_ALL = 0o700

/**
 * Moves the content of `from`, a directory somewhere in `staging`, into `place`, which holds `staging`; gives `place` the
 * owner, mode, times, lists and attributes of `from`, and removes `staging`.
 */
export async function moveUp(from: string, staging: string, place: string): Promise<void> {
  const { mode, mtimeNs } = await lstat(from, { bigint: true })
  const permissions = Number(mode) & 0o7777
  if ((permissions & OWNER_ALL) !== OWNER_ALL) await chmod(from, permissions | OWNER_ALL)
  for (const name of await readdir(from, { encoding: 'buffer' })) await move(within(from, name), within(place, name))
  // The runtime knows no extended attributes and no access lists.
  await execa('cp', ['-aT', '--', from, place], { stdin: 'ignore' })
  await rm(staging, { recursive: true, force: true })
  await chmod(place, permissions)
  await execa('touch', ['-m', '-d', `@${secondsOf(mtimeNs)}`, '--', place], { stdin: 'ignore' })
}

/** A directory that its owner may not write cannot change its parent, except for root. */
async function move(from: Buffer, to: Buffer): Promise<void> {
  const found = await lstat(from)
  const locked = found.isDirectory() && (found.mode & 0o200) === 0
  if (locked) await chmod(from, found.mode | 0o200)
  await rename(from, to)
  if (locked) await chmod(to, found.mode)
}

function within(folder: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(folder + sep), name])
}

function secondsOf(nanoseconds: bigint): string {
  const seconds = nanoseconds / 1_000_000_000n
  const rest = nanoseconds % 1_000_000_000n
  if (rest >= 0n) return `${String(seconds)}.${String(rest).padStart(9, '0')}`
  return `${String(seconds - 1n)}.${String(rest + 1_000_000_000n).padStart(9, '0')}`
}
