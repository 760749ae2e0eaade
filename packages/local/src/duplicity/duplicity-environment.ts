import type { Depot } from './depot.ts'

const MARK = 'SALVAGE_LIFT'
/** They would decide in place of the store how it is encrypted, or for how long a program may be asked. */
const DROPPED = new Set(['PASSPHRASE', 'PYTHONHOME', 'PYTHONPATH'])

/** What every process of a lift carries in its environment. */
export function markOf(work: string): string {
  return `${MARK}=${work}`
}

/** The environment of a duplicity process: this process's own, with the secrets of the depot. */
export function duplicityEnvironment(
  depot: Depot,
  { work, folder }: { readonly work: string; readonly folder: string },
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined && !DROPPED.has(name)) kept[name] = value
  return {
    ...kept,
    ...depot.secrets,
    ...(depot.gnupgHome === undefined ? {} : { GNUPGHOME: depot.gnupgHome }),
    [MARK]: work,
    TMPDIR: folder,
    LC_ALL: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
  }
}
