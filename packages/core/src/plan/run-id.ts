/** What a run id is made of: safe in file, container and tag names. */
export const RUN_ID: RegExp = /^[A-Za-z0-9-]+$/

/**
 * A run id such as `20261121t080012z-4f9a2c`: the second in UTC, so that ids sort by time, and what `random` has of
 * letters and digits, in lower case. Unique as far as `random` is; six hexadecimal digits do.
 */
export function newRunId(now: Date, random: string): string {
  const tail = random.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  if (tail === '') throw new RangeError('a run id needs at least one random letter or digit')
  const second = now
    .toISOString()
    .replace(/\.\d+Z$/, 'z')
    .replaceAll(/[^\dTz]/g, '')
    .toLowerCase()
  return `${second}-${tail}`
}
