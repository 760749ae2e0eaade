import type { Finding } from '@salvage-kit/core'
import type { Tell } from './event.ts'

/** What keeps the daemon, or a tide, from its work right now, by what it is about. */
export interface Problems {
  /** Tells a problem, unless the same one is known already. */
  set(about: string, finding: Finding, tide?: string): void
  /** It is gone; told when it was there. */
  clear(about: string): void
  all(): readonly (Finding & { readonly tide?: string })[]
  has(about: string): boolean
}

/** No problem yet. */
export function problemList(tell: Tell): Problems {
  const known = new Map<string, Finding & { readonly tide?: string }>()
  return {
    set: (about, finding, tide) => {
      const before = known.get(about)
      const named = tide === undefined ? {} : { tide }
      known.set(about, { ...finding, ...named })
      if (before?.code === finding.code && before.message === finding.message) return
      tell({ type: 'problem', finding, ...named })
    },
    clear: (about) => {
      if (known.delete(about)) tell({ type: 'solved', what: about })
    },
    all: () => [...known.values()],
    has: (about) => known.has(about),
  }
}
