import { salvage } from './kind/discord.ts'
import type { SalvageSettings } from './kind/discord.ts'
import { email } from './kind/email.ts'
import type { EmailSettings } from './kind/email.ts'
import { gotify } from './kind/gotify.ts'
import type { GotifySettings } from './kind/gotify.ts'
import { healthchecks } from './kind/healthchecks.ts'
import type { HealthchecksSettings } from './kind/healthchecks.ts'
import { matrix } from './kind/matrix.ts'
import type { MatrixSettings } from './kind/matrix.ts'
import { ntfy } from './kind/ntfy.ts'
import type { NtfySettings } from './kind/ntfy.ts'
import { slack } from './kind/slack.ts'
import type { SlackSettings } from './kind/slack.ts'
import { webhook } from './kind/webhook.ts'
import type { WebhookSettings } from './kind/webhook.ts'
import type { Notifier, Secret } from './notifier.ts'

/** A service and what it takes to reach it. */
export type NotifierSettings = (
  | ({ readonly kind: 'salvage' } & SalvageSettings)
  | { readonly kind: 'discord'; readonly url: Secret }
  | ({ readonly kind: 'webhook' } & WebhookSettings)
  | ({ readonly kind: 'ntfy' } & NtfySettings)
  | ({ readonly kind: 'gotify' } & GotifySettings)
  | ({ readonly kind: 'slack' } & SlackSettings)
  | ({ readonly kind: 'matrix' } & MatrixSettings)
  | ({ readonly kind: 'email' } & EmailSettings)
  | ({ readonly kind: 'healthchecks' } & HealthchecksSettings)
) & {
  /** A file, PEM, with the authorities that the service is trusted by, instead of the usual ones. */
  readonly caFile?: string
}

/** The notifier of a service. */
export function makeNotifier(settings: NotifierSettings): Notifier {
  const { caFile } = settings
  const notifier = bare(settings)
  if (caFile === undefined) return notifier
  return async (news, reading) => ({ ...(await notifier(news, reading)), ca: await reading.text(caFile) })
}

/** All secrets that the notifier will read. */
export function secretsOf(settings: NotifierSettings): readonly Secret[] {
  const { url, token, secret, password, headers = {} }: AllSecrets = settings
  return [url, token, secret, password, ...Object.values(headers)].filter((one) => one !== undefined)
}

interface AllSecrets {
  readonly url?: Secret
  readonly token?: Secret
  readonly secret?: Secret
  readonly password?: Secret
  readonly headers?: Readonly<Record<string, Secret>>
}

function bare(settings: NotifierSettings): Notifier {
  switch (settings.kind) {
    case 'salvage':
      return salvage(settings)
    case 'discord':
      return salvage({ url: settings.url, method: 'POST' })
    case 'webhook':
      return webhook(settings)
    case 'ntfy':
      return ntfy(settings)
    case 'gotify':
      return gotify(settings)
    case 'slack':
      return slack(settings)
    case 'matrix':
      return matrix(settings)
    case 'email':
      return email(settings)
    case 'healthchecks':
      return healthchecks(settings)
  }
}
