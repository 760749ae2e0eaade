import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { Installed } from './rendered.ts'

/**
 * The index and the templates of a user. A folder that is named, or of which a half is there, is meant: without it other databases
 * would be found, in other ways. Throws `RANCHER.SETTING` then.
 */
export function templatesIn(folder: string, isNamed: boolean): Pick<Installed, 'folders'> {
  const [index, templates] = [join(folder, 'index'), join(folder, 'templates')]
  const [hasIndex, hasTemplates] = [isDirectory(index), isDirectory(templates)]
  if (hasIndex && hasTemplates) return { folders: { index, templates } }
  if (!isNamed && !hasIndex && !hasTemplates) return {}
  throw new SalvageError('RANCHER.SETTING', `${folder}: there is no folder ${hasIndex ? 'templates' : 'index'} in it`, {
    why: isNamed ? '--config-dir names it' : `${hasIndex ? 'index' : 'templates'} alone says nothing`,
    hint: 'both folders, index and templates, must be there, or none of them and no --config-dir; are they mounted?',
  })
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  } catch (error) {
    throw new SalvageError('RANCHER.SETTING', `${path}: it cannot be seen`, {
      why: errorText(error),
      hint: 'let this user read the folders index and templates',
      cause: error,
    })
  }
}

/** Where keys of GnuPG stand, unless the environment says it. */
export function keyRing(
  home: string,
  environment: Readonly<Record<string, string | undefined>>,
): Pick<Installed, 'gnupgHome'> {
  const gnupgHome = join(home, '.gnupg')
  return (environment['GNUPGHOME'] ?? '') === '' && existsSync(gnupgHome) ? { gnupgHome } : {}
}
