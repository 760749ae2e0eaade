import type { ForeignContainer } from './foreign.ts'
import { uses } from './foreign.ts'
import type { ImportedLabels } from './imported.ts'

/** What the other tool does to containers, and what follows here. */
export interface AtRest {
  readonly labels: readonly ImportedLabels[]
  readonly notes: readonly string[]
}

/** What the other tool does to one container. */
export interface Treatment {
  readonly stops: boolean
  readonly pre?: string | undefined
  readonly post?: string | undefined
  readonly user?: string | undefined
}

/**
 * Compares what another tool does to containers with what salvage-kit does without labels (it stops the running users of
 * a target): the labels that make it the same, and a note for what comes to rest there and not here. A command in which
 * one of the `secrets` stands is not repeated.
 */
export function atRest(
  containers: readonly ForeignContainer[],
  targets: readonly string[],
  treat: (container: ForeignContainer) => Treatment,
  secrets: readonly string[],
): AtRest {
  const labels: ImportedLabels[] = []
  const notes: string[] = []
  for (const container of containers) {
    const { name } = container
    const { stops, pre, post, user } = treat(container)
    const hasCommand = pre !== undefined || post !== undefined
    if (!targets.some((target) => uses(container, target))) {
      if (stops || hasCommand)
        notes.push(
          `${name} ${stops ? 'is stopped' : 'runs commands'} for backups and uses none of their targets: salvage-kit leaves it alone`,
        )
      continue
    }
    if (!hasCommand && (stops || !container.running)) continue
    const command = (text: string): string => (secrets.some((secret) => text.includes(secret)) ? HIDDEN : text)
    labels.push({
      container: name,
      labels: {
        ...(pre === undefined ? {} : { 'salvage.command.pre': command(pre) }),
        ...(post === undefined ? {} : { 'salvage.command.post': command(post) }),
        ...(user === undefined ? {} : { 'salvage.command.user': user }),
        ...(hasCommand && stops && pre !== undefined ? { 'salvage.action': 'stop' } : {}),
        ...(stops || pre !== undefined ? {} : { 'salvage.action': 'ignore' }),
      },
      why: stops
        ? 'its commands run before it is stopped and after it is up'
        : hasCommand
          ? 'it stays up while it is copied, between its commands'
          : 'it was not stopped for backups; with no label at all it is, which makes a better copy',
    })
  }
  return { labels, notes }
}

const HIDDEN = '*** (the command holds a secret: write it yourself, and better with the secret in a file)'
