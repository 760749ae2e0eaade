import type { Problem, Survey } from '@salvage-kit/core'
import { plural } from '../output/plan-text.ts'
import type { Check } from './check.ts'

const NAME = 'rancher'

/** Whether a problem is of a Rancher 1.6 server. */
export function isOfCattle({ code, target }: Problem): boolean {
  return code.startsWith('RANCHER.') || /^rancher(?:-db)?:/.test(target ?? '')
}

/** What is there of Rancher 1.6, and what of it cannot be dumped. Nothing when nobody looked at it. */
export function cattleChecks({ targets, problems }: Survey, { asked }: { readonly asked: boolean }): readonly Check[] {
  if (!asked) return []
  const own = problems.filter(isOfCattle)
  const isAway = own.some(({ target }) => target === 'rancher:*')
  const refs = targets.flatMap(({ ref }) => (ref.startsWith('rancher:') ? [ref] : []))
  const databases = refs.filter((ref) => ref.includes('/')).length
  const text = `${plural(databases, 'database')} and ${plural(refs.length - databases, 'stack')}`
  return [...(isAway ? [] : [{ name: NAME, state: 'good', text } as const]), ...own.map(problemCheck)]
}

function problemCheck({ target, ...finding }: Problem): Check {
  // Many do without it, and nothing says that it is wanted.
  if (finding.code === 'RANCHER.SERVER_LEFT')
    return { name: NAME, state: 'absent', text: [finding.message, finding.why].filter(Boolean).join(': ') }
  return { name: NAME, state: target === 'rancher:*' ? 'bad' : 'warning', finding }
}
