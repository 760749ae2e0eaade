import type { TideReport } from '@salvage-kit/docker'
import type { NewsEvent, NotifierSettings, Secret } from '@salvage-kit/notify'
import type { Config } from '../config/config.ts'
import type { AddressEntry, ReportEntry } from '../config/report-entry.ts'

/** A place that reports of a tide go to, and which. */
export interface Destination {
  /** For messages: never an address. */
  readonly name: string
  readonly on: ReadonlySet<NewsEvent>
  readonly settings: NotifierSettings
}

const ENDS: readonly NewsEvent[] = ['success', 'partial', 'failure']
const ENDS_AND_START: readonly NewsEvent[] = ['start', ...ENDS]

/** Where the configuration says that the tide reports to. */
export function configuredDestinations({ reports = {}, tides }: Config, tide: string): readonly Destination[] {
  const { reports: names = Object.keys(reports), heartbeat } = tides?.[tide] ?? {}
  return [
    ...[...new Set(names)].flatMap((name) => {
      const entry = reports[name]
      return entry === undefined ? [] : [destination(name, entry)]
    }),
    ...(heartbeat === undefined ? [] : [heartbeatOf(`tides.${tide}.heartbeat`, addressOf(heartbeat))]),
  ]
}

/** A report of the configuration as a destination. */
export function destination(name: string, entry: ReportEntry): Destination {
  const on = new Set(entry.on ?? (entry.kind === 'healthchecks' ? ENDS_AND_START : ENDS))
  const ca = entry.caFile === undefined ? {} : { caFile: entry.caFile }
  return { name, on, settings: { ...settingsOf(entry), ...ca } }
}

/** Where the labels of the root container say that the tide reports to: one destination for each address. */
export function labelDestinations(tide: string, report: TideReport | undefined): readonly Destination[] {
  if (report === undefined) return []
  const { method, heartbeat } = report
  const label = (name: string, url: string | undefined, on: readonly NewsEvent[]): readonly Destination[] =>
    url === undefined
      ? []
      : [
          {
            name: `label salvage.tides.${tide}.report.${name}`,
            on: new Set(on),
            settings: { kind: 'salvage', url: { value: url }, method },
          },
        ]
  return [
    ...label('tide.success', report.tideSuccess, ['success']),
    // The original knows no run that is good in part.
    ...label('tide.failure', report.tideFailure, ['partial', 'failure']),
    ...label('volume.success', report.volumeSuccess, ['volumeSuccess']),
    ...label('volume.failure', report.volumeFailure, ['volumeFailure']),
    ...(heartbeat === undefined ? [] : [heartbeatOf(`label salvage.tides.${tide}.heartbeat`, { value: heartbeat })]),
  ]
}

function settingsOf(entry: ReportEntry): NotifierSettings {
  switch (entry.kind) {
    case 'discord':
    case 'slack':
    case 'healthchecks':
      return { kind: entry.kind, url: addressOf(entry) }
    case 'ntfy':
      return { kind: 'ntfy', url: addressOf(entry), ...optional('token', entry.token, entry.tokenFile) }
    case 'gotify':
      return { kind: 'gotify', url: addressOf(entry), token: required(entry.token, entry.tokenFile) }
    case 'matrix': {
      const { room } = entry
      return { kind: 'matrix', url: addressOf(entry), room, token: required(entry.token, entry.tokenFile) }
    }
    case 'webhook': {
      const headers = Object.fromEntries([
        ...Object.entries(entry.headers ?? {}).map(([name, value]) => [name, { value }] as const),
        ...Object.entries(entry.headerFiles ?? {}).map(([name, file]) => [name, { file }] as const),
      ])
      return { kind: 'webhook', url: addressOf(entry), headers, ...optional('secret', entry.secret, entry.secretFile) }
    }
    case 'email': {
      const { host, from, to, port, tls, user } = entry
      return {
        kind: 'email',
        host,
        from,
        to,
        ...(port === undefined ? {} : { port }),
        ...(tls === undefined ? {} : { tls }),
        ...(user === undefined ? {} : { user }),
        ...optional('password', entry.password, entry.passwordFile),
      }
    }
  }
}

function heartbeatOf(name: string, url: Secret): Destination {
  return { name, on: new Set(ENDS_AND_START), settings: { kind: 'healthchecks', url } }
}

function addressOf(entry: AddressEntry | string): Secret {
  return typeof entry === 'string' ? { value: entry } : required(entry.url, entry.urlFile)
}

/** One of the two is there: the configuration was checked. */
function required(value: string | undefined, file: string | undefined): Secret {
  const secret = secretOf(value, file)
  if (secret === undefined) throw new Error('a report without its secret in a configuration that was checked')
  return secret
}

function optional<K extends string>(
  key: K,
  value: string | undefined,
  file: string | undefined,
): { readonly [key in K]?: Secret } {
  const secret = secretOf(value, file)
  const none: { readonly [key in K]?: Secret } = {}
  return secret === undefined ? none : { ...none, [key]: secret }
}

function secretOf(value: string | undefined, file: string | undefined): Secret | undefined {
  if (file !== undefined) return { file }
  return value === undefined ? undefined : { value }
}
