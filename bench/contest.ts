import { createHash } from 'node:crypto'
import { median } from './sides.ts'

/** One way of doing a thing. */
export interface Entrant {
  readonly name: string
  /** What ours is measured against, ours, and the program that ours takes the place of. */
  readonly kind: 'bare' | 'ours' | 'original'
  /** Where the work is asked for: ours is held against the original there. A command line has no aim but to be faster. */
  readonly surface?: 'plugin' | 'command line'
  /** Does it once; resolves with the milliseconds that it took, cleared up after, which does not count. */
  readonly run: () => Promise<number>
  /** Rounds that do not count. Default: 1. A program that runs for weeks is not judged by its first minute. */
  readonly before?: number
  /** Where one round takes very long. Default: that of the contest. */
  readonly rounds?: number
}

/** What ours has to reach, of medians. */
export interface Aim {
  /** At most so many times the bare one. */
  readonly ratio?: number
  /** At most so many milliseconds more than the bare one. */
  readonly overMs?: number
  readonly mostMs?: number
}

const missed: string[] = []

/** Everything that missed its aim so far, a line each. */
export function misses(): readonly string[] {
  return missed
}

/**
 * Runs all entrants in turn, so that a machine whose speed drifts slows every one, in another order each round, for what one
 * leaves behind (deletions that the file system still works off, warm caches) must not always meet the same next one. Prints
 * each one's median, and for ours how it stands to the bare one and to the original. The first bare one is what counts.
 */
export async function contest(title: string, aim: Aim, entrants: readonly Entrant[], rounds: number): Promise<void> {
  const times = new Map<Entrant, number[]>(entrants.map((entrant) => [entrant, []]))
  for (const entrant of entrants)
    if ((entrant.rounds ?? rounds) > 1) for (let n = 0; n < (entrant.before ?? 1); n += 1) await entrant.run()
  for (let round = 0; round < rounds; round += 1)
    for (const entrant of shuffled(entrants, round))
      if (round < (entrant.rounds ?? rounds)) times.get(entrant)?.push(await entrant.run())
  const middle = (entrant: Entrant | undefined): number =>
    median(entrant === undefined ? [] : (times.get(entrant) ?? []))
  const bare = middle(entrants.find(({ kind }) => kind === 'bare'))
  const peer = ({ surface }: Entrant): number =>
    middle(entrants.find((entrant) => entrant.kind === 'original' && entrant.surface === surface))
  const [, ...more] = entrants.filter(({ kind }) => kind === 'bare')
  const others = (entrant: Entrant): string =>
    more.map((other) => `; ${(middle(entrant) / middle(other)).toFixed(2)} of "${other.name}"`).join('')
  console.log(`${title}${aimText(aim)}`)
  for (const entrant of entrants) {
    const all = times.get(entrant) ?? []
    const figures = `${middle(entrant).toFixed(1)} ms (${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)}, ${String(all.length)} runs)`
    const against = entrant.kind === 'ours' ? standing(middle(entrant), bare, peer(entrant)) + others(entrant) : ''
    console.log(`  ${entrant.name.padEnd(44)} ${figures}${against}`)
    const held = entrant.surface === 'command line' ? {} : aim
    if (entrant.kind === 'ours')
      for (const short of shortfalls(middle(entrant), bare, peer(entrant), held))
        missed.push(`${title}: ${entrant.name}: ${short}`)
  }
}

/** The same order for the same round, whenever it is run. */
function shuffled(entrants: readonly Entrant[], round: number): readonly Entrant[] {
  const place = ({ name }: Entrant): string =>
    createHash('sha256')
      .update(`${String(round)} ${name}`)
      .digest('hex')
  return entrants.toSorted((one, other) => (place(one) < place(other) ? -1 : 1))
}

/** How long something took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now()
  await work()
  return performance.now() - since
}

function aimText({ ratio, overMs, mostMs }: Aim): string {
  const words = [
    ratio === undefined ? [] : [`${String(ratio)} times the bare one`],
    overMs === undefined ? [] : [`${String(overMs)} ms more than the bare one`],
    mostMs === undefined ? [] : [`${String(mostMs)} ms`],
  ].flat()
  return words.length === 0 ? '' : ` (aim: at most ${words.join(', ')})`
}

function standing(ours: number, bare: number, original: number): string {
  const words = [
    Number.isFinite(bare) ? `${(ours / bare).toFixed(2)} of bare, ${(ours - bare).toFixed(1)} ms on top` : '',
    Number.isFinite(original) ? `${(ours / original).toFixed(3)} of the original` : '',
  ].filter((word) => word !== '')
  return words.length === 0 ? '' : `  = ${words.join('; ')}`
}

function shortfalls(ours: number, bare: number, original: number, aim: Aim): readonly string[] {
  const { ratio = Infinity, overMs = Infinity, mostMs = Infinity } = aim
  return [
    ours > bare * ratio ? `${(ours / bare).toFixed(2)} of bare` : '',
    ours > bare + overMs ? `${(ours - bare).toFixed(1)} ms on top` : '',
    ours > mostMs ? `${ours.toFixed(1)} ms` : '',
    ours > original ? `slower than the original (${(ours / original).toFixed(2)})` : '',
  ].filter((word) => word !== '')
}
