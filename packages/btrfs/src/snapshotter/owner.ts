import { readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** The file that says whose a folder of this package is. */
export const OWNER = 'owner.json'

/** A process id means something only in its process namespace, and until the machine starts anew. */
const owner = z.object({ boot: z.string(), space: z.string(), pid: z.int(), start: z.string() })

/** Writes into a folder that it is of this process. */
export async function markOwn(folder: string): Promise<void> {
  const own = await ownIdentity()
  if (own !== undefined) await writeFile(join(folder, OWNER), JSON.stringify(own), { mode: 0o600 })
}

/** Whether the process of a folder is certainly dead. Without a word of it nobody knows: `undefined`. */
export async function isOwnerDead(folder: string): Promise<boolean | undefined> {
  const [given, own] = await Promise.all([readOwner(folder), ownIdentity()])
  if (given === undefined || own === undefined) return undefined
  if (given.boot !== own.boot) return true
  return given.space === own.space ? (await startOf(given.pid)) !== given.start : undefined
}

type Identity = z.infer<typeof owner>

async function readOwner(folder: string): Promise<Identity | undefined> {
  try {
    return owner.parse(JSON.parse(await readFile(join(folder, OWNER), 'utf8')))
  } catch {
    return undefined
  }
}

async function ownIdentity(): Promise<Identity | undefined> {
  const [boot, space, start] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined),
    readlink('/proc/self/ns/pid').catch(() => undefined),
    startOf(process.pid),
  ])
  if (boot === undefined || space === undefined || start === undefined) return undefined
  return { boot: boot.trim(), space, pid: process.pid, start }
}

/** When the process began, in ticks since the machine did; the name of the program before it may hold anything. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
}
