import { realpath } from 'node:fs/promises'
import { directoryOf } from './source.ts'
import type { Target } from './target.ts'

/** These targets without the spare ones whose directory another one has. */
export async function withoutSpares(targets: readonly Target[]): Promise<readonly Target[]> {
  if (!targets.some(({ spare }) => spare === true)) return targets
  const shown = new Set<string>()
  for (const { spare, source } of targets) if (spare !== true) shown.add(await realOf(directoryOf(source) ?? ''))
  const isShown = async ({ source }: Target): Promise<boolean> => shown.has(await realOf(directoryOf(source) ?? ''))
  const kept: Target[] = []
  for (const target of targets) if (target.spare !== true || !(await isShown(target))) kept.push(target)
  return kept
}

async function realOf(path: string): Promise<string> {
  return path === '' ? path : realpath(path).catch(() => path)
}
