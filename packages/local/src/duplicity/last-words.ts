/**
 * What a program in Python, or GnuPG within it, said at the end, for people: each line once, without traces of calls and
 * what frames the log of GnuPG. `telling`: where one of the lines says it all, that one alone. Pure.
 */
export function lastWords(text: string, telling?: RegExp): string {
  const lines = text.split(/\r?\n/)
  const last = lines.findLastIndex((line) => TRACE.test(line))
  const behind = last < 0 ? lines : lines.slice(last + 1)
  // Of a trace all lines of calls are indented; what was raised is not.
  const raised = last < 0 ? 0 : behind.findIndex((line) => /^\S/.test(line))
  const said = raised < 0 ? [] : behind.slice(raised).map((line) => line.trim().replace(MODULE, ''))
  const once = [...new Set(said.filter((line) => line !== '' && !FRAME.test(line)))]
  const whole = telling === undefined ? undefined : once.findLast((line) => telling.test(line) && !line.endsWith(':'))
  return whole ?? once.slice(-MOST).join('\n')
}

const MOST = 6
const TRACE = /^\s*Traceback \(most recent call last\)/
/** The module in front of the name of an exception. */
const MODULE = /^(?:\w+\.)+(?=[A-Z]\w*: )/
const FRAME = /^=+ (?:Begin|End) GnuPG log|GPG Failed, see log below/
