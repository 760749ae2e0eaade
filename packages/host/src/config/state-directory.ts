import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** What decides where journal, locks and catalog stand. */
export interface StateSearch {
  /** `--state`. */
  readonly option?: string | undefined
  /** `state` of the configuration. */
  readonly configured?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where relative paths start. */
  readonly directory: string
  readonly isRoot: boolean
}

/**
 * `--state`, else `SALVAGE_STATE`, else the configuration, else `/var/lib/salvage-kit` for root and
 * `salvage-kit` in the XDG state directory for everybody else. Absolute.
 */
export function stateDirectory(search: StateSearch): string {
  const { environment } = search
  const said = [search.option, environment['SALVAGE_STATE'], search.configured].find(
    (text) => text !== undefined && text !== '',
  )
  if (said !== undefined) return resolve(search.directory, said)
  if (search.isRoot) return '/var/lib/salvage-kit'
  const xdg = environment['XDG_STATE_HOME'] ?? ''
  return join(xdg.startsWith('/') ? xdg : join(environment['HOME'] ?? homedir(), '.local', 'state'), 'salvage-kit')
}
