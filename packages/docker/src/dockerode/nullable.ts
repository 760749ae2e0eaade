import * as z from 'zod'

/* Members that some engine leaves out or gives as null. */

/** A text, empty when it is not given. */
export const text: z.ZodType<string> = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
/** A truth value, false when it is not given. */
export const flag: z.ZodType<boolean> = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)
/** Texts, none when they are not given. */
export const texts: z.ZodType<string[]> = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? [])
/** Texts by name, none when they are not given. */
export const map: z.ZodType<Record<string, string>> = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {})
