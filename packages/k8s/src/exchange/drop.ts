import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import { removeSnapshot } from '../snapshot/drop.ts'
import { isOf } from '../snapshot/own.ts'
import { removeOwn } from '../snapshot/removal.ts'
import { besideName } from './name.ts'
import type { Beside } from './name.ts'
import type { WholeSettings } from './settings.ts'
import type { ExchangeToken } from './token.ts'

/** Removes the claim beside and waits until it is gone. */
export async function dropBeside(
  cluster: Cluster,
  token: ExchangeToken,
  { goneMs }: WholeSettings,
  { signal }: CallOptions,
): Promise<void> {
  const beside = besideName(token, 'fresh')
  const at = { namespace: beside.namespace, name: beside.claim }
  await removeOwn(cluster, KINDS.claim, at, isOf(beside), { signal, goneMs })
}

/** Removes a cut of an exchange and waits until it is gone. */
export async function dropCut(
  cluster: Cluster,
  token: ExchangeToken,
  which: Beside,
  { goneMs }: WholeSettings,
  { signal }: CallOptions,
): Promise<void> {
  const beside = besideName(token, which)
  const at = { namespace: beside.namespace, name: beside.snapshot }
  await removeSnapshot(cluster, at, isOf(beside), { signal, goneMs })
}
