import type { CallOptions } from '@salvage-kit/core'
import { thisProcess } from '../crane/process-identity.ts'
import type { DockerEngine } from '../engine.ts'

const OWNED = /^salvage-of_([\w-]+)_[0-9a-f]+$/

/** What the words of programs begin with that run in containers for this process; empty where the system does not tell which it is. */
export async function ownerWord(engine: DockerEngine, options: CallOptions): Promise<string> {
  const owner = await thisProcess(engine, options)
  return owner === undefined ? '' : `salvage-of_${Buffer.from(owner).toString('base64url')}_`
}

/** The label of the process that a program with this word runs for; undefined for any other word. */
export function ownerIn(word: string): string | undefined {
  const [, owner] = OWNED.exec(word) ?? []
  return owner === undefined ? undefined : Buffer.from(owner, 'base64url').toString()
}
