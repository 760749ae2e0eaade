import type { Exchanger } from '../target/exchanger.ts'
import { directoryOf } from '../target/source.ts'
import { clearStaging, commitSwap, prepareSwap, stageSwap, swap, unswap } from './swap.ts'

/** Exchanges what stands in a directory of this machine, by renames. Its entries in a journal name no exchanger. */
export const directoryExchanger: Exchanger = {
  id: 'directory',
  media: new Set(['directory']),
  prepare: async (source, { runId, signal }) => {
    signal.throwIfAborted()
    const directory = directoryOf(source)
    if (directory === undefined) throw new Error(`a ${source.medium} is no directory`)
    return { token: await prepareSwap(directory, runId), filled: false }
  },
  stage: async (token, { signal }) => {
    signal.throwIfAborted()
    return { medium: 'directory', path: await stageSwap(token) }
  },
  exchange: async (token) => swap(token),
  commit: async (token) => commitSwap(token),
  takeBack: async (token, options) => unswap(token, options),
  clear: async (token, options) => clearStaging(token, options),
}
