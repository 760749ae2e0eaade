import type { Finding } from '@salvage-kit/core'

/** Where duplicity keeps its cache and what it prints, which salvage-kit sees to itself; and whether a value follows. */
const DROPPED: Readonly<Record<string, 'flag' | 'value'>> = {
  '--archive-dir': 'value',
  '--log-fd': 'value',
  '--log-file': 'value',
  '--name': 'value',
  '--no-print-statistics': 'flag',
  '--print-statistics': 'flag',
  '--progress': 'flag',
  '--progress-rate': 'value',
  '--tempdir': 'value',
  '--verbosity': 'value',
  '-v': 'value',
}

/** Options without those that say nothing about a copy nor about the way to it; they are left out, and that is told. */
export function withoutDropped(words: readonly string[]): {
  readonly words: readonly string[]
  readonly findings: readonly Finding[]
} {
  const kept: string[] = []
  const dropped: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const [name = ''] = /^-v(?=\w+$)/.exec(word) ?? word.split('=')
    const takes = Object.hasOwn(DROPPED, name) ? DROPPED[name] : undefined
    if (takes === undefined) kept.push(word)
    else {
      dropped.push(name)
      if (takes === 'value' && word === name) at += 1
    }
  }
  if (dropped.length === 0) return { words: kept, findings: [] }
  const finding: Finding = {
    code: 'RANCHER.OPTION_LEFT',
    message: `duplicity.options: ${dropped.join(', ')} has no effect`,
    why: 'salvage-kit itself sees to the cache of duplicity and to what it prints',
  }
  return { words: kept, findings: [finding] }
}
