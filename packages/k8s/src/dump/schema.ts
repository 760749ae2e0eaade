import { z } from 'zod'

const Whole = z.string().regex(/^\d+$/).transform(Number)
const Sum = z.string().regex(/^(?:sha256:[\da-f]{64}|cksum:\d+)$/)

/** A dump that lies in its container. */
export interface Dump {
  readonly bytes: number
  /** Of the file as it was read back: `sha256:HEX`, or `cksum:CRC` where the container has no `sha256sum`. */
  readonly sum: string
}

/** Reads one out of the answers of a program. */
export const Dump: z.ZodType<Dump> = z.object({ bytes: Whole, sum: Sum })

/** As {@link Dump}, with the time when it was put in place. */
export interface StoredDump extends Dump {
  /** In whole seconds. */
  readonly modified: Date
}

/** Reads one out of the answers of a program. */
export const StoredDump: z.ZodType<StoredDump> = z.object({
  bytes: Whole,
  sum: Sum,
  modified: Whole.transform((seconds) => new Date(seconds * 1000)),
})

/** What stands ready for a dump. */
export interface DumpCheck {
  /** As the program that dumps says it. */
  readonly version: string
  readonly usedPercent: number
  readonly freeBytes: number
  /** How large the last dump is; 0: there is none. */
  readonly lastBytes: number
}

/** Reads one out of the answers of a program. */
export const DumpCheck: z.ZodType<DumpCheck> = z
  .object({ version: z.string(), used: Whole, free: Whole, last: Whole })
  .transform(({ version, used, free, last }) => ({
    version: version.trim(),
    usedPercent: used,
    freeBytes: free,
    lastBytes: last,
  }))
