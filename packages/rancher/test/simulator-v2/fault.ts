import { z } from 'zod'

/** What goes wrong with requests. */
export const Fault = z.object({
  /** A part of the path and query. */
  path: z.string(),
  /** How often; absent: always. */
  times: z.number().optional(),
  what: z.discriminatedUnion('kind', [
    /** An error of the API. */
    z.object({ kind: z.literal('status'), status: z.number(), code: z.string() }),
    /** No answer at all. */
    z.object({ kind: z.literal('silent') }),
    /** The connection breaks within the body. */
    z.object({ kind: z.literal('breaks') }),
    /** A good answer, later. */
    z.object({ kind: z.literal('slow'), ms: z.number() }),
    /** The next page is this one. */
    z.object({ kind: z.literal('circle') }),
    /** A part of a list without a way to the rest, as the first servers of 2.0 gave it. */
    z.object({ kind: z.literal('noNext') }),
    /** Another answer altogether. */
    z.object({ kind: z.literal('body'), body: z.string() }),
  ]),
})

export type Fault = z.infer<typeof Fault>

/** What is to go wrong with the requests to come. */
export interface Faults {
  add(fault: Fault): void
  /** What goes wrong with this one; counts it. */
  of(path: string): Fault['what'] | undefined
}

/** In the order in which they were added, the first that fits. */
export function faults(initial: readonly Fault[]): Faults {
  const all = initial.map((fault) => ({ fault, met: 0 }))
  return {
    add: (fault) => void all.push({ fault, met: 0 }),
    of(path): Fault['what'] | undefined {
      const entry = all.find(({ fault, met }) => path.includes(fault.path) && met < (fault.times ?? Infinity))
      if (entry === undefined) return undefined
      entry.met += 1
      return entry.fault.what
    },
  }
}
