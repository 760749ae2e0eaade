import { SalvageError } from '@salvage-kit/core'
import type { Finding, Redactor } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'
import { openReports } from '../report/reports.ts'
import type { TideTable } from './read-tides.ts'

/**
 * Reports to where a tide reports that it cannot be run as it is written, so that nobody waits for it in vain. Resolves
 * with what could not be delivered; never rejects.
 */
export async function refuseTide(
  {
    loaded,
    reports,
    redactor,
  }: { readonly loaded: LoadedConfig; readonly redactor: Redactor } & Pick<TideTable, 'reports'>,
  tide: string,
  { code, ...problem }: Finding,
): Promise<readonly Finding[]> {
  const told = openReports({ loaded, tide, redactor })
  told.labels({ reports })
  told.refused(new SalvageError(code, problem.message, problem))
  return told.settled()
}
