/** The number that a version begins with, 0 when it does not; `8.0.36` and `10.11.6-MariaDB` as 8 and 10. */
export function majorOf(version: string): number {
  return Number(/\d+/.exec(version)?.[0] ?? 0)
}
