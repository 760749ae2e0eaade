import type { ImportedReport } from '../imported.ts'
import { mailReport } from '../mail-report.ts'

type Env = Readonly<Record<string, string>>

/** The services that both know; what stands in a file is the web address that the service itself gives out. */
const SERVICES = ['discord', 'slack', 'ntfy', 'gotify']

/** Where docker-volume-backup sent its notifications, as far as salvage-kit knows the service. Nothing secret is in it. */
export function offenReports(env: Env): readonly ImportedReport[] {
  const on = env['NOTIFICATION_LEVEL'] === 'info' ? ['success', 'partial', 'failure'] : ['partial', 'failure']
  const urls = (env['NOTIFICATION_URLS'] ?? '').split(',').map((url) => url.trim())
  return [...urls.flatMap((url) => ofUrl(url, on)), ...oldMail(env, on)]
}

function ofUrl(url: string, on: readonly string[]): readonly ImportedReport[] {
  const kind = /^([a-z]+)(\+[a-z]+)?:\/\//.exec(url)?.[1]
  if (kind === undefined) return []
  if (kind === 'smtp') return mail(url, on)
  const urlFile = `/etc/salvage-kit/${kind}-url`
  if (SERVICES.includes(kind))
    return [
      { name: kind, entry: { kind, urlFile, on }, notes: [`Put the web address of the ${kind} hook into ${urlFile}`] },
    ]
  return [
    {
      name: `was-${kind}`,
      entry: { kind: 'webhook', urlFile, on },
      notes: [
        `Notifications went to ${kind}, which is not known here: put the address of anything that takes JSON into ${urlFile}`,
      ],
    },
  ]
}

function mail(url: string, on: readonly string[]): readonly ImportedReport[] {
  if (!URL.canParse(url)) return []
  const { hostname, port, searchParams, username } = new URL(url)
  const from = searchParams.get('fromAddress') ?? searchParams.get('from') ?? ''
  const to = (searchParams.get('toAddresses') ?? searchParams.get('to') ?? '').split(',').filter(Boolean)
  return mailReport({ host: hostname, port, user: decodeURIComponent(username), from, to }, on)
}

/** The variables of before NOTIFICATION_URLS. */
function oldMail(env: Env, on: readonly string[]): readonly ImportedReport[] {
  const to = (env['EMAIL_NOTIFICATION_RECIPIENT'] ?? '').split(',').filter(Boolean)
  const from = env['EMAIL_NOTIFICATION_SENDER'] ?? 'noreply@nohost'
  const host = env['EMAIL_SMTP_HOST'] ?? ''
  if (to.length === 0 || host === '') return []
  const port = env['EMAIL_SMTP_PORT'] ?? '587'
  return mailReport({ host, port, user: env['EMAIL_SMTP_USERNAME'] ?? '', from, to }, on)
}
