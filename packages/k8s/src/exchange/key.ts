/** What is written on a live claim and on the cut of its former content while a restore in place exchanges it: labels. */
export const EXCHANGE = {
  /** By which run. */
  run: 'salvage-kit.io/exchange',
  /** Of a claim: see {@link ClaimPart}. Of the cut of the former content: see {@link Decision}. */
  as: 'salvage-kit.io/exchange-as',
  /** An annotation of cuts: the uid of the claim that stood there when it began. */
  of: 'salvage-kit.io/exchange-of',
} as const

/**
 * What a claim under the name of the target is: `fresh` has the new content, `remade` the former one again. `former` is the one
 * that was there from the start, after it was decided that it stays.
 */
export type ClaimPart = 'fresh' | 'remade' | 'former'

/** What was decided, once and for all: it stands on the cut of the former content. */
export type Decision = 'committed' | 'taken-back'
