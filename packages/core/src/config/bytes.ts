const UNITS: readonly string[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** A number of bytes for people: `512 B`, `1.5 GiB`; powers of 1024, one digit after the point. */
export function formatBytes(bytes: number): string {
  if (bytes < 0) return `-${formatBytes(-bytes)}`
  if (Math.round(bytes) < 1024) return `${String(Math.round(bytes))} B`
  let value = bytes
  let place = 0
  // Rounded before it is compared, so that nothing reads 1024.0 KiB.
  while (Number(value.toFixed(1)) >= 1024 && place < UNITS.length - 1) {
    value /= 1024
    place += 1
  }
  return `${value.toFixed(1)} ${UNITS[place] ?? ''}`
}
