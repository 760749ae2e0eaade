import { expect } from 'vitest'
import type { ExecPort, Recipe } from '../../src/index.ts'
import { proveDump } from '../../src/index.ts'
import type { CollectedPart } from './collected.ts'
import { cuts, offsets, partOf } from './collected.ts'

/** All of them with `SALVAGE_TRUNCATIONS=500`, others with `SALVAGE_SEED=…`. */
const TRUNCATIONS = Number(process.env['SALVAGE_TRUNCATIONS'] ?? 30)
const SEED = Number(process.env['SALVAGE_SEED'] ?? 20_261_122)

/** The file is whole, and none of its beginnings is, nor is it with one of its first `summed` bytes changed. */
export async function expectProven(
  port: ExecPort,
  recipe: Recipe,
  { name, bytes }: CollectedPart,
  summed = bytes.length,
): Promise<void> {
  const options = { where: 'here', signal: new AbortController().signal }
  await proveDump(port, recipe, partOf(name, bytes), options)
  const taken: number[] = []
  for (const length of cuts(TRUNCATIONS, bytes.length, SEED)) {
    if (name.endsWith('.tar') && length === endOfTar(bytes)) continue
    const cut = partOf(name, bytes.subarray(0, length))
    const code = await proveDump(port, recipe, cut, options).then(
      () => 'taken',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    )
    if (code === 'taken') taken.push(length)
    else expect(code).toBe('DUMP.NOT_WHOLE')
  }
  expect(taken).toEqual([])
  for (const at of summed === 0 ? [] : offsets(10, summed, SEED)) {
    const other = Buffer.from(bytes)
    other[at] = (other[at] ?? 0) ^ 1
    await expect(proveDump(port, recipe, partOf(name, other), options)).rejects.toMatchObject({
      code: 'DUMP.NOT_WHOLE',
    })
  }
}

/** Behind the two empty blocks that end a tar: all that a cut takes away there is what fills it up. */
function endOfTar(bytes: Buffer): number {
  const last = bytes.findLastIndex((byte) => byte !== 0)
  return Math.ceil((last + 1) / 512) * 512 + 1024
}
