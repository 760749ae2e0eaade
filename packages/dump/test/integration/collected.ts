import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect } from 'vitest'
import type { DatabaseOptions, ExecPort, Recipe, StoredPart } from '../../src/index.ts'
import { dump } from '../../src/index.ts'

/** A file of a dump, in memory. */
export interface CollectedPart extends StoredPart {
  readonly bytes: Buffer
}

/** These bytes as a stored file. */
export function partOf(name: string, bytes: Buffer): CollectedPart {
  return { name, bytes, open: () => Readable.from([bytes]) }
}

/** Dumps all, reads each file to its end and waits for what proves it. */
export async function collect(port: ExecPort, recipe: Recipe, options: DatabaseOptions): Promise<CollectedPart[]> {
  const parts: CollectedPart[] = []
  for await (const { name, content, whole } of dump(port, recipe, options)) {
    const chunks: Buffer[] = []
    for await (const chunk of content) chunks.push(Buffer.from(chunk))
    const bytes = Buffer.concat(chunks)
    expect(await whole).toEqual({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
    parts.push(partOf(name, bytes))
  }
  return parts
}

/** Offsets from 0 on and less than `below`, and the last one: the same for the same seed. */
export function offsets(count: number, below: number, seed: number): readonly number[] {
  let state = seed
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return [below - 1, ...Array.from({ length: count - 1 }, () => Math.floor(next() * below))]
}

/** Sizes in which formats, pipes and disks cut. */
const BLOCKS = [512, 4096, 8192, 10_240, 32_768, 65_536, 262_144]

/** Where to cut a file of this length: at once, at the first, the second and the last end of a block of each size, and so many times anywhere. */
export function cuts(count: number, length: number, seed: number): readonly number[] {
  const ends = BLOCKS.flatMap((block) => [block, 2 * block, Math.floor((length - 1) / block) * block])
  return [...new Set([0, ...ends.filter((at) => at < length), ...offsets(count, length, seed)])]
}

/** A container's `/proc`, once: what every process there was started with. */
export const ALL_ARGV = `for f in /proc/[0-9]*/cmdline; do tr '\\000' ' ' <"$f" 2>/dev/null; echo; done`
