import { join, relative } from 'node:path'
import type { Json } from '../json.ts'
import { namesIn, readSwapToken } from './staging.ts'

/**
 * Whether a directory, or a copy of it at `at`, is in the middle of the exchange that a journal's `swap` names: what stands
 * in it is then neither its former content nor the new one. Changes nothing.
 */
export async function isHalfExchanged(token: Json, at: string): Promise<boolean> {
  const { directory, staging } = readSwapToken(token)
  const place = relative(directory, staging)
  // Beside the directory it is in no copy.
  const names = await namesIn(join(place.startsWith('../') ? directory : at, place))
  return names !== undefined && names.includes('old') && !names.includes('committed')
}
