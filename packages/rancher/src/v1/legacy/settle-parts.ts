import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { readManifest, writeManifest } from './manifest.ts'
import type { DumpedFile } from './manifest.ts'
import { dropPart, filesOfPart, PART, placePart } from './part.ts'
import { isPlain, ROOTS } from './place.ts'

const DEEPEST = 6

/**
 * Sees to the parts that dead runs left anywhere below the directory: complete ones are put in place and into the manifest,
 * others go. Links are not followed. Idempotent. Never rejects: a part that cannot be seen to is a finding, and stays.
 */
export async function settleParts(directory: string): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const root of ROOTS)
    await told(join(directory, root), findings, async () => {
      if (await isPlain(directory, [root])) await settleBelow(directory, [root], findings)
    })
  return findings
}

async function settleBelow(directory: string, place: readonly string[], findings: Finding[]): Promise<void> {
  const folder = join(directory, ...place)
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(nothing)) {
    if (!entry.isDirectory()) continue
    const path = join(folder, entry.name)
    if (entry.name === PART) await told(path, findings, async () => settle(directory, place))
    else if (place.length < DEEPEST)
      await told(path, findings, async () => settleBelow(directory, [...place, entry.name], findings))
  }
}

async function settle(directory: string, place: readonly string[]): Promise<void> {
  const folder = join(directory, ...place)
  const files = await filesOfPart(folder, place)
  if (files === undefined) return dropPart(folder)
  await enter(directory, files)
  return placePart(folder)
}

/** Whoever died between proof and manifest left files that nobody would own. */
async function enter(directory: string, files: readonly DumpedFile[]): Promise<void> {
  const former = await readManifest(directory).catch(() => 'unreadable' as const)
  const [first] = files
  if (former === 'unreadable' || first === undefined) return
  const { at, failed, files: known } = former ?? { at: first.at, failed: [], files: [] }
  const byPath = new Map([...known, ...files].map((file) => [file.path, file]))
  await writeManifest(directory, { at, failed, files: [...byPath.values()] })
}

async function told(path: string, findings: Finding[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    findings.push({
      code: 'RANCHER.PART_STAYS',
      message: `${path}: what another run left half done could not be seen to`,
      why: errorText(error),
      hint: 'see that this user may read and write there, and that nothing stands where dumps go; each run tries again',
    })
  }
}

function nothing(error: unknown): readonly never[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
  throw error
}
