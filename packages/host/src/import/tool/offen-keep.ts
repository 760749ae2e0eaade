import type { ImportedTide } from '../imported.ts'

/** What is kept of the archives. */
export function offenKeep(env: Readonly<Record<string, string>>): Pick<ImportedTide, 'keep' | 'notes'> {
  const days = Number(env['BACKUP_RETENTION_DAYS'] ?? '-1')
  if (!Number.isInteger(days) || days < 0) return { notes: [] }
  const notes = [
    ...((env['BACKUP_SKIP_BACKENDS_FROM_PRUNE'] ?? '') === ''
      ? []
      : [
          `pruning was switched off for ${env['BACKUP_SKIP_BACKENDS_FROM_PRUNE'] ?? ''}: take keep away from tides to there`,
        ]),
    ...((env['BACKUP_PRUNING_PREFIX'] ?? '') === ''
      ? []
      : [
          'BACKUP_PRUNING_PREFIX is not needed: salvage-kit removes nothing but its own copies, and never the last good one',
        ]),
  ]
  return days === 0 ? { keep: { last: 1 }, notes } : { keep: { within: `${String(days)}d` }, notes }
}
