import type { ImportedReport } from '../imported.ts'
import { mailReport } from '../mail-report.ts'

const ON = ['partial', 'failure']

/** Whom stack-back told of failed backups. */
export function stackBackReports(env: Readonly<Record<string, string>>, suffix: string): readonly ImportedReport[] {
  const user = env['EMAIL_HOST_USER'] ?? ''
  const to = (env['EMAIL_SEND_TO'] ?? '').split(',').filter(Boolean)
  const host = env['EMAIL_HOST'] ?? ''
  const urlFile = '/etc/salvage-kit/discord-url'
  const reports = [
    ...(host === '' ? [] : mailReport({ host, port: env['EMAIL_PORT'] ?? '', user, from: user, to }, ON)),
    ...((env['DISCORD_WEBHOOK'] ?? '') === ''
      ? []
      : [
          {
            name: 'discord',
            entry: { kind: 'discord', urlFile, on: ON },
            notes: [`Put the address of the web hook, as DISCORD_WEBHOOK has it, into ${urlFile}`],
          },
        ]),
  ]
  return reports.map((report) => ({ ...report, name: `${report.name}${suffix}` }))
}
