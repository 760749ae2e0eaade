import { closest, SalvageError } from '@salvage-kit/core'
import { CLUSTER_LABELS } from './cluster-labels.ts'
import { CONTAINER_LABELS } from './container-labels.ts'
import type { LabelEntry } from './entry.ts'

/** A label that a person wrote, and what is known of it. */
export interface ExplainedLabel {
  readonly entry: LabelEntry
  /** What stands for its segments in capitals: `NAME` is `nightly`. */
  readonly words: Readonly<Record<string, string>>
}

/** All labels and annotations that mean something. */
export const LABELS: readonly LabelEntry[] = [...CONTAINER_LABELS, ...CLUSTER_LABELS]

/** A user's word: what comes last may hold dots. */
const PLACE = /^[A-Z]+$/

/**
 * What a label or an annotation is for; `=VALUE` behind it does not matter. Of two forms that fit, the
 * one goes that has more of its segments. Throws `LABEL.UNKNOWN`.
 */
export function explainLabel(text: string): ExplainedLabel {
  const label = text.trim().replace(/[=:](?:.*)$/s, (end) => (end.startsWith('=') || end.startsWith(': ') ? '' : end))
  const found = LABELS.flatMap((entry) => {
    const words = wordsOf(entry.label, label)
    return words === undefined ? [] : [{ entry, words }]
  }).toSorted((one, other) => literal(other) - literal(one))
  const [best] = found
  if (best !== undefined) return best
  const near = closest(
    label,
    LABELS.map((entry) => entry.label),
  )
  throw new SalvageError('LABEL.UNKNOWN', `${JSON.stringify(label)} means nothing to salvage-kit`, {
    hint: near === undefined ? 'all of them: `salvage-kit explain`' : `did you mean ${JSON.stringify(near)}?`,
  })
}

/** How many segments stand there as they are. */
function literal({ entry, words }: ExplainedLabel): number {
  return entry.label.split('.').length - Object.keys(words).length
}

/** Undefined when it is none of this form. */
function wordsOf(form: string, label: string): Readonly<Record<string, string>> | undefined {
  if (form === label) return {}
  const places = form.split('.')
  const given = label.split('.')
  if (given.length < places.length) return undefined
  const words: Record<string, string> = {}
  for (const [at, place] of places.entries()) {
    const isLast = at === places.length - 1
    const word = isLast ? given.slice(at).join('.') : (given[at] ?? '')
    if (PLACE.test(place) && word !== '') words[place] = word
    else if (place !== word) return undefined
  }
  return words
}
