import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, Source } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'

/** Rejects with `K8S.CLAIM_GONE` when the claim of a source is not there any more, is about to go, or is another one by now. */
export async function sameClaim(cluster: Cluster, source: Source, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  if (source.medium !== 'pvc') return
  const { namespace, name, uid } = source
  const found = await cluster.get(KINDS.claim, { namespace, name }, options)
  if (found === undefined) throw gone(source, 'it was removed after it was found')
  if (found.metadata.deletionTimestamp !== undefined) throw gone(source, 'it is being removed')
  if (uid !== undefined && found.metadata.uid !== uid) throw gone(source, 'it was removed and made anew')
}

function gone({ namespace, name }: { readonly namespace: string; readonly name: string }, why: string): SalvageError {
  return new SalvageError('K8S.CLAIM_GONE', `the claim ${namespace}/${name} is not there any more`, {
    why,
    hint: 'run again: what is there now is found anew',
  })
}
