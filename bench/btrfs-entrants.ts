// One operation in every way that there is: commands, both plugins over their sockets, both command lines.
import { ourCli } from './btrfs-ours.ts'
import type { OurPlugin } from './btrfs-ours.ts'
import type { Yard } from './btrfs-yard.ts'
import { timed } from './contest.ts'
import type { Entrant } from './contest.ts'

type Work = () => Promise<unknown>

/** What is done, and how each is told to. */
export interface Operation {
  /** By name; the first is the measure. */
  readonly bare?: Readonly<Record<string, Work>>
  /** Over a plugin's socket. */
  readonly ask: (socket: string) => Promise<unknown>
  /** On a command line, where there is one for it. */
  readonly words?: readonly string[]
  /** Where the original is told otherwise. */
  readonly originalWords?: readonly string[]
  /** The original cannot do it. */
  readonly isOnlyOurs?: boolean
  /** Where the original takes very long. */
  readonly originalRounds?: number
  /** How often plugins, which run for weeks, have done it before it counts. Default: once, as everybody. */
  readonly practice?: number
  /** Before and after each, outside of the figures. */
  readonly before?: Work
  readonly after?: Work
}

/** Everybody who can do it here. */
export function entrants(yard: Yard, plugin: OurPlugin, operation: Operation): readonly Entrant[] {
  const { bare = {}, ask, words, originalWords = words, originalRounds, practice = 1, before, after } = operation
  const original = operation.isOnlyOurs === true ? undefined : yard.original
  const run = (work: Work): (() => Promise<number>) => {
    return async () => {
      await before?.()
      const ms = await timed(work)
      await after?.()
      return ms
    }
  }
  const few = originalRounds === undefined ? {} : { rounds: originalRounds }
  const ours = { kind: 'ours' } as const
  const peer = { kind: 'original', ...few } as const
  const onSocket = { surface: 'plugin', before: practice } as const
  const onLine = { surface: 'command line' } as const
  const all: (readonly Entrant[])[] = [
    Object.entries(bare).map(([name, work]) => ({ name, kind: 'bare', run: run(work) })),
    [{ name: 'ours, plugin', ...ours, ...onSocket, run: run(async () => ask(plugin.socket)) }],
  ]
  if (words !== undefined)
    all.push([{ name: 'ours, command line', ...ours, ...onLine, run: run(async () => ourCli(yard, words)) }])
  if (original !== undefined)
    all.push([{ name: 'buttervolume, plugin', ...peer, ...onSocket, run: run(async () => ask(original.socket)) }])
  if (original !== undefined && originalWords !== undefined)
    all.push([
      { name: 'buttervolume, command line', ...peer, ...onLine, run: run(async () => original.cli(originalWords)) },
    ])
  return all.flat()
}
