import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'
import { bookOf, cattleOptions } from './options.ts'

/**
 * What is wrong with the files that the section `cattle` names: keys, certificates, passwords, the index and its templates. Calls
 * nobody. Empty without that section.
 */
export async function checkCattle(loaded: LoadedConfig): Promise<readonly Finding[]> {
  const { cattle } = loaded.config
  if (cattle === undefined || cattle.enabled === false) return []
  const ofFiles = await attempt(async () => {
    await using closing = new AsyncDisposableStack()
    await cattleOptions(loaded, closing)
    return []
  })
  return [...ofFiles, ...(await attempt(async () => (await bookOf(cattle)).findings))]
}

async function attempt(check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check()
  } catch (error) {
    if (!isSalvageError(error)) throw error
    return [findingOf(error)]
  }
}
