/** Names of variables whose values are no secrets, and without which no message could be understood. */
const PLAIN = /(?:USER|USERNAME|DATABASE|DB|HOST|PORT|VERSION|PATH|LANG|TZ|NAME|DATA|DIR)$/i

/** What of a service's variables must be in no message: a template may put any of them into arguments. */
export function secretsOf(env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => (PLAIN.test(name) ? [] : [value]))
}
