import { z } from 'zod'

/** What is dumped. How, the labels of the container say: they may hold a password, and cannot change while it has this id. */
export const DumpToken: z.ZodType<{ readonly version: 1; readonly container: string; readonly name: string }> =
  z.strictObject({ version: z.literal(1), container: z.string(), name: z.string() })
