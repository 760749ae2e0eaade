import { resolve } from 'node:path'
import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { Finding, TargetRef } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'
import { directoryOf } from './into.ts'
import { bookOf, cattleOptions } from './options.ts'

/**
 * What is wrong with the files that the section `cattle` names: keys, certificates, passwords, the index and its templates; and
 * with `into`, when no tide copies that very directory. Calls nobody. Empty without that section.
 */
export async function checkCattle(loaded: LoadedConfig): Promise<readonly Finding[]> {
  const { cattle } = loaded.config
  if (cattle === undefined || cattle.enabled === false) return []
  const ofFiles = await attempt(async () => {
    await using closing = new AsyncDisposableStack()
    await cattleOptions(loaded, closing)
    return []
  })
  return [...ofFiles, ...(await attempt(async () => (await bookOf(cattle)).findings)), ...intoNobody(loaded)]
}

async function attempt(check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check()
  } catch (error) {
    if (!isSalvageError(error)) throw error
    return [findingOf(error)]
  }
}

/** Tides that copy a directory above or below it dump nothing, and nobody would be told. Where there are no tides, people name targets. */
function intoNobody({ config, placeOf }: LoadedConfig): readonly Finding[] {
  const { cattle, tides = {}, directories = [] } = config
  const into = directoryOf(cattle)
  const isCopied =
    Object.values(tides).some(({ targets = [] }) => targets.some((target) => isSame(target, into))) ||
    directories.some(({ path, tides: own = [] }) => own.length > 0 && `dir:${resolve(path)}` === into)
  if (into === undefined || isCopied || Object.keys(tides).length === 0) return []
  return [
    {
      code: 'PREFLIGHT.CATTLE',
      message: `${placeOf(['cattle', 'into'])}: no tide copies this directory itself, so nothing is dumped into it`,
      why: 'dumps are made when the very directory is copied, and not with one above or below it',
      hint: `add ${into} to the targets of a tide`,
    },
  ]
}

function isSame(target: TargetRef, into: TargetRef | undefined): boolean {
  return target.startsWith('dir:') && `dir:${resolve(target.slice(4))}` === into
}
