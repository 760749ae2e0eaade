import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const WEEK_MS = 7 * 24 * 3_600_000

/** As if all absences that a manifest tells of had begun so much earlier. */
export function weekLater(directory: string, earlierMs = WEEK_MS): void {
  const file = join(directory, '.salvage-kit/manifest.json')
  const manifest: object = JSON.parse(readFileSync(file, 'utf8'), (name, value: unknown) =>
    name === 'goneSince' && typeof value === 'string' ? new Date(Date.parse(value) - earlierMs).toISOString() : value,
  )
  writeFileSync(file, JSON.stringify(manifest))
}
