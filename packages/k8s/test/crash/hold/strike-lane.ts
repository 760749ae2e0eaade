import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Child } from '../../../../core/test/crash/child-process.ts'
import { randomOf } from '../../../../core/test/crash/seed.ts'
import { KIND_PARTS } from './kind.ts'
import type { Lane } from './lane.ts'
import { HOLD_MS } from './rig.ts'
import type { Round } from './storm.ts'
import { uptime } from './uptime.ts'
import { duringOf } from './struck.ts'
import type { Struck } from './struck.ts'

const PATIENCE_SECONDS = 30
/** Of a run that was not killed. */
const ENDED_MS = 240_000
/** How long after its moment a run may be struck: a Job takes longer than a hold. */
const LATER_MS = { hold: 1000, lift: 4000 }
const LONGEST_SEED = 1_000_000_007

/** Strikes a lane once for each round, has the next process take back what is left, and lets a whole run follow. */
export async function strikeLane(
  lane: Lane,
  rounds: readonly Round[],
  { seed, lane: number }: { readonly seed: number; readonly lane: number },
): Promise<readonly Struck[]> {
  const random = randomOf((seed + (number + 1) * 7_919) % LONGEST_SEED)
  const { moments } = KIND_PARTS[lane.kind]
  const struck: Struck[] = []
  const idOf = (hour: string, at: number): string =>
    `20261121t${hour}0000z-${(number * 4096 + at).toString(16).padStart(6, '0')}`
  let child = lane.start(idOf('09', 0))
  for (const [at, round] of rounds.entries()) {
    const { blow } = round
    const moment = moments[Math.floor(random() * moments.length)] ?? ''
    const afterMs = random() * (moment.startsWith('lift') ? LATER_MS.lift : LATER_MS.hold)
    const where = `seed ${String(seed)}, lane ${String(number)} (${lane.kind}), blow ${String(at)}: ${blow.name}${blow.kills ? ', killed' : ''}`
    const { lines } = child
    const spent = stopwatch()
    await child.line('ready')
    expect(await child.ask('plan'), where).toBe('planned')
    await round.begin()
    spent('planned')
    await child.ask('go')
    const own = atMoment(child, moment, afterMs)
    void own.then(() => round.arrive())
    const since = await (blow.strike === undefined ? own.then(() => uptime()) : round.struck)
    const during = duringOf(lines)
    spent('struck')
    if (blow.kills) await child.kill()
    await round.over
    await Promise.race([child.ended, sleep(ENDED_MS, undefined, { ref: false })])
    await child.kill()
    spent('ended')
    // The next process gets ready while this one's lease runs out.
    if (at + 1 < rounds.length) child = lane.start(idOf('09', at + 1))
    await lane.recovered(`${where}, ${lines.join(' ')}`)
    spent('recovered')
    const freezes = await lane.freezes()
    const frozen = Math.max(0, ...freezes.filter(({ from }) => from <= since).map(({ to }) => to - since))
    // A tool that lives may begin a hold after it, which may last as any other.
    const later = Math.max(0, ...freezes.filter(({ from }) => from > since).map(({ from, to }) => to - from))
    expect(frozen, where).toBeLessThan(PATIENCE_SECONDS)
    expect(later, where).toBeLessThan(HOLD_MS / 1000)
    struck.push({ blow: blow.name, during, frozen })
    await lane.nextRun(idOf('10', at), where)
    const times = spent('run again')
    console.log(
      `${where}: in ${during}, frozen for ${frozen.toFixed(1)} s after it, ${later.toFixed(1)} s later (${times})`,
    )
    if (process.env['SALVAGE_SAYS'] !== undefined) console.log(`  ${lines.join(' ')}`)
  }
  return struck
}

/** Resolves a while after a run has told of it, or has ended. */
async function atMoment(child: Child, moment: string, afterMs: number): Promise<void> {
  await Promise.race([child.line(moment).catch(() => ''), child.ended])
  await sleep(afterMs)
}

/** Says how many seconds each part took until it was over. */
function stopwatch(): (part: string) => string {
  let since = performance.now()
  const spent: string[] = []
  return (part) => {
    const now = performance.now()
    spent.push(`${part} ${((now - since) / 1000).toFixed(1)}`)
    since = now
    return spent.join(', ')
  }
}
