/** What a program answered, by key; a key that comes several times has all its values, in their order. */
export type Answers = ReadonlyMap<string, readonly string[]>

/** Reads the lines that begin with `mark`; the others are none of an answer. */
export function answersIn(text: string, mark = ''): Answers {
  const answers = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    if (equals < 0 || !line.startsWith(mark)) continue
    const key = line.slice(mark.length, equals)
    const values = answers.get(key)
    if (values === undefined) answers.set(key, [line.slice(equals + 1)])
    else values.push(line.slice(equals + 1))
  }
  return answers
}
