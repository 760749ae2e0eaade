import { formatElapsed, type Finding } from '@salvage-kit/core'
import { KEY } from '../label/key.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import { changeOf } from '../label/label-change.ts'
import { suspendedLabel, tierLabel, TIERS } from '../label/tier.ts'
import { deleteAfterOf, shield, wouldBeSwept } from './delete-after.ts'
import type { Today } from './today.ts'
import type { RetentionVerdict } from './verdict.ts'

const DAY_MS = 86_400_000

/**
 * One that is not ready stays, and its tiers are set aside until it is: a pruner of backup-ns counts labels and nothing else, and would take
 * a good one for surplus.
 */
export function judgeUnready(snapshot: KeptSnapshot, { day, now }: Today): RetentionVerdict {
  const { labels, tiers, byTiers, visible, going, trouble, madeAt } = snapshot
  const wanted: { [key: string]: string | undefined } = {}
  for (const tier of TIERS) {
    wanted[tierLabel(tier)] = undefined
    wanted[suspendedLabel(tier)] = tiers[tier]
  }
  const exposed = visible && !going && (byTiers || wouldBeSwept(snapshot, day))
  const isShielded = deleteAfterOf(snapshot).kind === 'shield'
  Object.assign(wanted, exposed && !isShielded ? shield(snapshot, 'not-ready') : {})
  const age = now.getTime() - madeAt
  const reason = going
    ? 'is being removed'
    : `not ready${trouble === undefined ? '' : `: ${trouble.replaceAll(/\s+/g, ' ')}`}`
  return {
    snapshot,
    action: 'hold',
    reason,
    change: changeOf(labels, wanted),
    ...(going || !(age > DAY_MS) ? {} : { finding: notReady(snapshot, age) }),
  }
}

function notReady({ namespace, name, trouble, labels }: KeptSnapshot, age: number): Finding {
  return {
    code: 'RETENTION.NOT_READY',
    message: `snapshot ${namespace}/${name} of ${labels[KEY.pvc] ?? 'an unknown claim'} is not ready after ${formatElapsed(age)}`,
    ...(trouble === undefined ? {} : { why: trouble }),
    hint: 'no pruning removes it; delete it when it is of no use',
  }
}
