import { SalvageError } from '@salvage-kit/core'

/** The name of something in Rancher, where it becomes the name of a folder. Throws `RANCHER.NAME` when it can be none. */
export function folderName(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name))
    throw new SalvageError('RANCHER.NAME', `${JSON.stringify(name)} cannot be the name of a folder`)
  return name
}
