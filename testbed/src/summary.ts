import { notRequested } from './on-request.ts'
import { findPart, PARTS } from './part.ts'

/** A test that did not run. */
export interface SkippedTest {
  readonly file: string
  /** What the test itself gave as its reason; empty when it gave none. */
  readonly note: string
  /** The text of its file, in which the parts that it asks for are found. */
  readonly source: string
}

/** The last line of a run over all suites. */
export function count(passed: number, failed: number, skipped: number): string {
  return `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`
}

/** The summaries of several runs as that of one: their lines, and on the last one the sums of their counts. */
export function joined(summaries: readonly string[]): string {
  const lines = summaries.flatMap((summary) => summary.trimEnd().split('\n'))
  const counts = lines.map((line) => /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(line))
  const sum = (place: number): number => counts.reduce((all, found) => all + Number(found?.[place] ?? 0), 0)
  const others = lines.filter((_, place) => counts[place] === null)
  return [...others, count(sum(1), sum(2), sum(3)), ''].join('\n')
}

/** One line for a test that did not simply pass, with the first line of why. */
export function testLine(word: string, file: string, name: string, why: string | undefined): string {
  const [reason = ''] = (why ?? '').split('\n')
  return `${word} ${file}: ${name.replaceAll('\n', ' ')}${reason === '' ? '' : ` (${reason})`}`
}

/** One line for each file with skipped tests and each reason: a part that is missing here, a variable that asks for it, or what the test says. */
export function skippedLines(skipped: readonly SkippedTest[]): readonly string[] {
  const missing = PARTS.map((name) => ({ name, found: findPart(name) })).filter(({ found }) => !found.available)
  const reasons = (test: SkippedTest): string => {
    const asked = missing.filter(({ name }) => test.source.includes(`part('${name}')`))
    if (asked.length > 0) return asked.map(({ name, found }) => `no ${name} (${found.reason})`).join('; ')
    const unset = notRequested(test.source)
    if (test.note === '' && unset.length > 0) return `only with ${unset.join(', ')}`
    return test.note === '' ? 'skipped in the source, without a reason' : test.note
  }
  const lines = Map.groupBy(skipped, (test) => `${test.file}: ${reasons(test)}`)
  return [...lines].map(([line, tests]) => `skipped ${String(tests.length)} of ${line}`)
}
