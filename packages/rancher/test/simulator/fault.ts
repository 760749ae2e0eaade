import { z } from 'zod'

/** What goes wrong with requests. */
export const Fault = z.object({
  method: z.enum(['GET', 'POST']).optional(),
  /** A part of the path and query. */
  path: z.string(),
  /** How often; absent: always. */
  times: z.number().optional(),
  /** Requests that it lets pass before. */
  after: z.number().default(0),
  what: z.discriminatedUnion('kind', [
    /** An error of the API. */
    z.object({ kind: z.literal('status'), status: z.number() }),
    /** The page of a proxy. */
    z.object({ kind: z.literal('html'), status: z.number() }),
    /** No answer at all. */
    z.object({ kind: z.literal('silent') }),
    /** Headers and the half of the body, and then nothing. */
    z.object({ kind: z.literal('stalls') }),
    /** The connection breaks within the body. */
    z.object({ kind: z.literal('breaks') }),
    /** Half of the body, as if it were the whole. */
    z.object({ kind: z.literal('truncated') }),
    /** A good answer, later. */
    z.object({ kind: z.literal('slow'), ms: z.number() }),
    /** The answer's `next` is the request itself. */
    z.object({ kind: z.literal('circle') }),
    /** Another answer altogether. */
    z.object({ kind: z.literal('body'), body: z.unknown() }),
    z.object({ kind: z.literal('redirect'), to: z.string() }),
  ]),
})

export type Fault = z.infer<typeof Fault>
export type FaultInput = z.input<typeof Fault>

/** What is to go wrong with the requests to come. */
export interface Faults {
  add(fault: FaultInput): void
  /** What goes wrong with this one; counts it. */
  of(method: string, path: string): Fault['what'] | undefined
}

/** No faults yet. */
export function faults(initial: readonly FaultInput[]): Faults {
  const all = initial.map((fault) => ({ fault: Fault.parse(fault), met: 0 }))
  return {
    add: (fault) => void all.push({ fault: Fault.parse(fault), met: 0 }),
    of(method, path): Fault['what'] | undefined {
      for (const entry of all) {
        const { fault } = entry
        if ((fault.method ?? method) !== method || !path.includes(fault.path)) continue
        entry.met += 1
        if (entry.met > fault.after && entry.met <= fault.after + (fault.times ?? Infinity)) return fault.what
      }
      return undefined
    },
  }
}
