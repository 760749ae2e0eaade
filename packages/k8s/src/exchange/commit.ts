import { setTimeout as sleep } from 'node:timers/promises'
import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { decide } from './decide.ts'
import type { ExchangeToken } from './token.ts'

const COMMIT_MS = 20_000
const AGAIN_MS = 250
/** It may have been carried out: looking again tells. */
const OPEN: ReadonlySet<string> = new Set(['K8S.UNREACHABLE', 'K8S.BUSY'])

/**
 * Makes an exchange final. Has a clock of its own, and looks again when an answer was lost: who hears that it failed puts the former
 * content back. Rejects with `EXCHANGE.TAKEN_BACK`.
 */
export async function commitExchange(cluster: Cluster, token: ExchangeToken, { signal }: CallOptions): Promise<void> {
  signal.throwIfAborted()
  using own = deadline(COMMIT_MS)
  for (;;)
    try {
      if ((await decide(cluster, token, 'committed', own)) === 'committed') return
      throw new SalvageError(
        'EXCHANGE.TAKEN_BACK',
        `the exchange of ${token.namespace}/${token.name} is not final: it was taken back by another process`,
      )
    } catch (error) {
      if (!isSalvageError(error) || !OPEN.has(error.code) || own.signal.aborted) throw error
      await sleep(AGAIN_MS, undefined, own)
    }
}
