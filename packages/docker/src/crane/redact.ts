/** Shorter values (`1`, `yes`) are no secrets, and taking them out would make any text unreadable. */
const SHORTEST = 4

/** Replaces every one of these values, and each line of a value with several, by `***`. The longest go first. */
export function redactor(values: Iterable<string>): (text: string) => string {
  const secrets = [...new Set([...values].flatMap((value) => [value, ...value.split(/\r?\n/)]))]
    .filter((value) => value.trim().length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length)
  return (text) => {
    let clear = text
    for (const secret of secrets) clear = clear.replaceAll(secret, '***')
    return clear
  }
}
