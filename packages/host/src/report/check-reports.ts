import { isSalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'
import { readText } from './secret-reading.ts'

type Path = readonly string[]

/** Tries to read every file that reports of the configuration name; a finding `REPORT.SECRET` for each that it cannot. */
export async function checkReports({ config, placeOf }: LoadedConfig): Promise<readonly Finding[]> {
  const files: (readonly [Path, string])[] = []
  for (const [name, entry] of Object.entries(config.reports ?? {})) collect(['reports', name], { ...entry }, files)
  for (const [name, { heartbeat }] of Object.entries(config.tides ?? {}))
    if (typeof heartbeat === 'object') collect(['tides', name, 'heartbeat'], { ...heartbeat }, files)
  const findings = await Promise.all(
    files.map(async ([path, file]): Promise<readonly Finding[]> => {
      try {
        await readText(file)
        return []
      } catch (error) {
        if (!isSalvageError(error)) throw error
        const { code, message, why, hint } = error
        const more = { ...(why === undefined ? {} : { why }), ...(hint === undefined ? {} : { hint }) }
        return [{ code, message: `${placeOf(path)}: ${path.join('.')}: ${message}`, ...more }]
      }
    }),
  )
  return findings.flat()
}

/** Every key that ends in `File`, and all of `headerFiles`. */
function collect(path: Path, entry: Readonly<Record<string, unknown>>, files: (readonly [Path, string])[]): void {
  for (const [key, value] of Object.entries(entry)) {
    if (key.endsWith('File') && typeof value === 'string') files.push([[...path, key], value])
    if (key === 'headerFiles' && typeof value === 'object' && value !== null)
      for (const [header, file] of Object.entries(value))
        if (typeof file === 'string') files.push([[...path, key, header], file])
  }
}
