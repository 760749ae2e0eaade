import type { Finding } from '@salvage-kit/core'

const LONGEST = 500

/** A finding of bounded size: where room is short, it must always fit. */
export function shortened(failure: Finding): Finding {
  const { code, message, why, hint } = failure
  return {
    code,
    message: cut(message),
    ...(why === undefined ? {} : { why: cut(why) }),
    ...(hint === undefined ? {} : { hint: cut(hint) }),
  }
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`
}
