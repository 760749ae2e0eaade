import { z } from 'zod'
import { isSalvageError } from '../error.ts'
import { parseDuration } from './duration.ts'

/** A duration as it stands in a configuration, longer than nothing; gives milliseconds. */
export const durationText: z.ZodType<number, string> = z.string().transform((text, context): number => {
  try {
    const ms = parseDuration(text)
    if (ms > 0) return ms
    context.addIssue({ code: 'custom', message: 'must be longer than 0s' })
  } catch (error) {
    if (!isSalvageError(error)) throw error
    context.addIssue({ code: 'custom', message: `is not a duration: ${error.hint ?? ''}` })
  }
  return z.NEVER
})
