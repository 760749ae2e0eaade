import { z } from 'zod'

const CODE = z.union([z.literal('-'), z.string().regex(/^\d+$/).transform(Number)])

/** The last word of a hold, as the far shell gives it. */
const Thawed = z.tuple([z.enum(['release', 'lost', 'refused']), CODE, CODE]).transform(([why, quiesced, thawed]) => ({
  why,
  ...(quiesced === '-' ? {} : { quiesced }),
  ...(thawed === '-' ? {} : { thawed }),
}))

/** How a hold ended, as the pod says it. */
export interface ThawedWord {
  /** `release`: it stood until it was asked for. */
  readonly why: 'release' | 'lost' | 'refused'
  /** Absent when the quiesce script was ended in the middle. */
  readonly quiesced?: number
  /** Absent when somebody else has thawed. */
  readonly thawed?: number
}

/** Undefined when it is not understood. */
export function readThawed(rest: readonly string[]): ThawedWord | undefined {
  const parsed = Thawed.safeParse(rest)
  return parsed.success ? parsed.data : undefined
}
