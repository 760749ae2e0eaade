import { SalvageError } from '../error.ts'

const DURATION = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/
const UNITS: readonly number[] = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1]

/**
 * Reads `1h30m`, `90s`, `2d`, `500ms`: whole numbers with the units w, d, h, m (minutes), s and ms, the longest first.
 * Gives milliseconds. Throws `DURATION.INVALID`.
 */
export function parseDuration(text: string): number {
  const counts = DURATION.exec(text.trim())?.slice(1)
  if (counts === undefined || text.trim() === '')
    throw invalid(text, 'a duration is numbers with units, the longest first')
  let ms = 0
  for (const [place, unit] of UNITS.entries()) ms += Number(counts[place] ?? 0) * unit
  if (!Number.isSafeInteger(ms)) throw invalid(text, 'it is too long')
  return ms
}

/** Milliseconds as text that {@link parseDuration} reads back as the same number: `1h30m`, `14d`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`
  let rest = Math.round(ms)
  let text = ''
  for (const [place, name] of ['d', 'h', 'm', 's', 'ms'].entries()) {
    const unit = UNITS[place + 1] ?? 1
    const count = Math.floor(rest / unit)
    if (count > 0) text += `${String(count)}${name}`
    rest -= count * unit
  }
  return text === '' ? '0s' : text
}

function invalid(text: string, why: string): SalvageError {
  return new SalvageError('DURATION.INVALID', `${JSON.stringify(text)} is not a duration`, {
    why,
    hint: 'write it like 90s, 1h30m or 2d; the units are w, d, h, m, s and ms',
  })
}
