import { hostname } from 'node:os'
import { closest, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Redactor } from '@salvage-kit/core'
import type { Config } from '../config/config.ts'
import { destination } from './destinations.ts'
import { sendNews } from './outbox.ts'

/**
 * Sends a message to the report `name` that says nothing but that it is a test. Resolves when the service has taken it;
 * rejects with `CONFIG.REPORT_UNKNOWN`, `REPORT.FAILED`, `REPORT.SECRET`, `REPORT.ADDRESS`.
 */
export async function testReport(
  name: string,
  config: Config,
  options: CallOptions & { readonly redactor: Redactor },
): Promise<void> {
  const { reports = {}, machine = hostname() } = config
  const entry = Object.hasOwn(reports, name) ? reports[name] : undefined
  if (entry === undefined) throw unknown(name, Object.keys(reports))
  await sendNews({ event: 'test', machine, at: new Date().toISOString() }, destination(name, entry).settings, options)
}

function unknown(name: string, names: readonly string[]): SalvageError {
  const meant = closest(name, names)
  return new SalvageError('CONFIG.REPORT_UNKNOWN', `there are no reports ${JSON.stringify(name)}`, {
    why: names.length === 0 ? 'none are configured' : `known are ${names.join(', ')}`,
    hint:
      meant === undefined
        ? 'define them under reports: in the configuration'
        : `did you mean ${JSON.stringify(meant)}?`,
  })
}
