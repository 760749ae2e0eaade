/** A span of time as the original writes it: `now` for none, else hours, minutes and seconds, fractions cut off. */
export function salvageDuration(ms: number): string {
  if (ms <= 0) return 'now'
  const seconds = Math.floor(ms / 1000)
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ]
  const shown = parts.filter(([value]) => value > 0).map(([value, unit]) => `${String(value)}${unit}`)
  return shown.length === 0 ? '0s' : shown.join(' ')
}
