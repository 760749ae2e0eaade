import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Depot } from './depot.ts'

/**
 * Which state directory this is, of all that there may be on one machine: locks are known to those alone who share one.
 * Made by whoever asks first, and the same ever after.
 */
export async function stateIdOf({ home }: Pick<Depot, 'home'>): Promise<string> {
  const file = join(home, 'id')
  const known = await read(file)
  if (known !== undefined) return known
  await mkdir(home, { recursive: true, mode: 0o700 })
  const draft = join(home, `id_${randomUUID()}`)
  await writeFile(draft, `${randomUUID()}\n`, { flush: true })
  try {
    await link(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  return (await readFile(file, 'utf8')).trim()
}

async function read(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
