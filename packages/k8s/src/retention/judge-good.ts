import type { Finding } from '@salvage-kit/core'
import { BY_TIERS, KEY, OWN } from '../label/key.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import { changeOf } from '../label/label-change.ts'
import { suspendedLabel, tierLabels, tierLabel, TIERS } from '../label/tier.ts'
import { deleteAfterBeneath, deleteAfterOf, shield, wouldBeSwept } from './delete-after.ts'
import type { Today } from './today.ts'
import type { Ranked } from './ranking.ts'
import type { RetentionRules } from './rules.ts'
import type { RetentionAction, RetentionVerdict } from './verdict.ts'

type Labels = { readonly [key: string]: string | undefined }
const noSuspended: Labels = Object.fromEntries(TIERS.map((tier) => [suspendedLabel(tier), undefined]))

type Judgement = Pick<RetentionVerdict, 'action' | 'reason' | 'finding' | 'stays'> & { readonly wanted?: Labels }

/** What becomes of a ready one; `newest` is the newest ready one of its claim. */
export function judgeGood(
  snapshot: KeptSnapshot,
  ranked: Ranked,
  newest: KeptSnapshot | undefined,
  rules: RetentionRules,
  today: Today,
): RetentionVerdict {
  const { labels, visible, byTiers } = snapshot
  const isPending = !visible && byTiers && labels[OWN.retain] !== undefined
  const { wanted = {}, ...judgement } = dispose(
    isPending ? firstSeen(snapshot) : snapshot,
    ranked,
    newest,
    rules,
    today,
  )
  const tiers: Labels = {
    ...Object.fromEntries(TIERS.map((tier) => [tierLabel(tier), undefined])),
    ...noSuspended,
    ...tierLabels(ranked.kept),
    ...(ranked.extra && TIERS.some((tier) => ranked.kept[tier] !== undefined) ? {} : { [OWN.extra]: undefined }),
  }
  const granted: Labels = isPending
    ? { [KEY.retain]: BY_TIERS, [OWN.retain]: undefined, [KEY.deleteAfter]: undefined, [OWN.deleteAfter]: undefined }
    : {}
  const managed = visible || isPending
  const settled: Labels = ranked.settled === undefined ? {} : { [OWN.tierDay]: ranked.settled }
  // Whoever took the label off wants it to stay as it is.
  const asItIs: Labels = { ...noSuspended, ...tierLabels(snapshot.tiers) }
  const change = changeOf(labels, managed ? { ...tiers, ...granted, ...settled, ...wanted } : asItIs)
  if (judgement.action === 'delete') return { snapshot, ...judgement, change: {} }
  return { snapshot, ...judgement, change, action: named(judgement.action, snapshot, ranked) }
}

/** As one that no pruner has seen yet: no date on it counts. */
function firstSeen(snapshot: KeptSnapshot): KeptSnapshot {
  const { [KEY.deleteAfter]: _date, [OWN.deleteAfter]: _saved, ...labels } = snapshot.labels
  return { ...snapshot, labels, visible: true }
}

function dispose(
  snapshot: KeptSnapshot,
  ranked: Ranked,
  newest: KeptSnapshot | undefined,
  rules: RetentionRules,
  { day }: Today,
): Judgement {
  const { labels, byTiers, namespace, name, pvc, visible } = snapshot
  const said = deleteAfterOf(snapshot)
  const beneath = deleteAfterBeneath(snapshot)
  const isSwept = wouldBeSwept(snapshot, day)
  const where = `${namespace}/${name}`
  if (!visible) return { action: 'hold', reason: 'no label retain: it stays for good' }
  if (labels[OWN.hold] !== undefined) {
    const shielded = byTiers || isSwept || said.kind === 'shield' ? shield(snapshot, 'held') : {}
    return { action: 'hold', reason: `held: ${labels[OWN.hold]}`, wanted: shielded }
  }
  if (pvc === undefined) {
    const isExposed = isSwept || said.kind === 'shield' || (byTiers && Object.keys(ranked.kept).length === 0)
    return {
      action: 'hold',
      reason: 'no label pvc: nobody knows what it is a snapshot of',
      wanted: isExposed ? shield(snapshot, 'unreadable') : {},
      finding: { code: 'RETENTION.NO_CLAIM', message: `snapshot ${where} does not say of which claim it is` },
    }
  }
  const tiers = TIERS.filter((tier) => ranked.kept[tier] !== undefined)
  if (tiers.length > 0) {
    const reason = tierReason(ranked, rules)
    if (!isSwept && said.kind !== 'shield') return { action: 'keep', reason }
    const unmarked = byTiers ? { [KEY.deleteAfter]: undefined, [OWN.deleteAfter]: undefined } : shield(snapshot, 'tier')
    return {
      action: said.kind === 'shield' ? 'keep' : 'unmark',
      reason:
        said.kind === 'shield' ? reason : `${reason}; its delete-after ${labels[KEY.deleteAfter] ?? ''} does not count`,
      wanted: unmarked,
      ...(said.kind === 'day' && said.day < day ? { finding: conflict(where, said.day) } : {}),
    }
  }
  if (newest === undefined || snapshot.uid === newest.uid) {
    const isExposed = isSwept || said.kind === 'shield' || (byTiers && said.kind === 'none')
    return {
      action: said.kind === 'day' && isSwept ? 'unmark' : 'keep',
      reason: `the last good one of its claim${beneath.kind === 'day' ? ` (delete-after ${beneath.day})` : ''}`,
      wanted: isExposed ? shield(snapshot, 'last-good') : {},
    }
  }
  if (beneath.kind === 'unreadable')
    return {
      action: 'hold',
      reason: `delete-after ${JSON.stringify(beneath.text)} is no day`,
      wanted: isSwept || said.kind === 'shield' ? shield(snapshot, 'unreadable') : {},
      finding: unreadable(where, beneath.text),
    }
  if (said.kind === 'day') {
    if (said.day >= day) return { action: 'keep', reason: `until ${said.day} is over` }
    const stays = { name: newest.name, uid: newest.uid }
    return { action: 'delete', reason: `${said.day} is over; ${newest.name} stays`, stays }
  }
  if (beneath.kind === 'day') {
    const until = beneath.day > day ? beneath.day : day
    const why = 'nothing keeps it any more'
    return { action: 'mark', reason: why, wanted: { [KEY.deleteAfter]: until, [OWN.deleteAfter]: undefined } }
  }
  if (!byTiers)
    return {
      action: 'keep',
      reason: 'no delete-after',
      wanted: { [KEY.deleteAfter]: undefined, [OWN.deleteAfter]: undefined },
    }
  const why = lossOf(ranked, rules) || 'no tier'
  return { action: 'mark', reason: why, wanted: { [KEY.deleteAfter]: day, [OWN.deleteAfter]: undefined } }
}

/** One that stays may yet get or lose tiers: that is what is done then. */
function named(
  action: RetentionAction,
  { tiers, labels }: KeptSnapshot,
  { kept, lost, takenBack }: Ranked,
): RetentionAction {
  if (action !== 'keep') return action
  if (TIERS.some((tier) => kept[tier] !== undefined && labels[tierLabel(tier)] === undefined)) return 'grant'
  return lost.length + takenBack.length > 0 && Object.keys(tiers).length > 0 ? 'untier' : 'keep'
}

function tierReason(ranked: Ranked, rules: RetentionRules): string {
  const has = TIERS.flatMap((tier) => {
    const value = ranked.kept[tier]
    return value === undefined ? [] : `${tier} ${value} (${String(ranked.places[tier])} of ${String(rules[tier])})`
  })
  const loss = lossOf(ranked, rules)
  return loss === '' ? has.join(', ') : `${has.join(', ')}; ${loss}`
}

/** Empty when it loses nothing. */
function lossOf({ lost, takenBack }: Ranked, rules: RetentionRules): string {
  const surplus = lost.map((tier) => `${String(rules[tier])} ${tier}`).join(', ')
  return [
    ...(surplus === '' ? [] : [`beyond the newest ${surplus}`]),
    ...(takenBack.length === 0 ? [] : [`its extra ${takenBack.join(', ')} is that of another one`]),
  ].join('; ')
}

function conflict(where: string, day: string): Finding {
  return {
    code: 'RETENTION.CONFLICT',
    message: `snapshot ${where} was to be removed after ${day}, and has a tier again`,
    hint: 'it stays; take the label of the tier off when it is to go',
  }
}

function unreadable(where: string, text: string): Finding {
  return {
    code: 'RETENTION.UNREADABLE_DATE',
    message: `snapshot ${where} has the delete-after ${JSON.stringify(text)}, which is no day`,
    hint: 'it stays; write a day such as 2026-11-21, or take the label off',
  }
}
