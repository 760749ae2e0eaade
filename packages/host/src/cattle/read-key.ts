import { readFile } from 'node:fs/promises'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { CattleKey } from '@salvage-kit/rancher'
import type { CattleEntry, CattleServerEntry } from '../config/config.ts'

/**
 * The key of the API: of the files that are named, else of `CATTLE_ACCESS_KEY` and `CATTLE_SECRET_KEY`; undefined where nothing says
 * one, for servers without access control. Rejects with `PREFLIGHT.CATTLE`, never with what stands in a file.
 */
export async function readKey(
  { keyFile, accessKeyFile, secretKeyFile }: CattleEntry,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CattleKey | undefined> {
  if (keyFile !== undefined) {
    const [name = '', secret = '', ...more] = (await secretFile('cattle.keyFile', keyFile)).split(/[:\r\n]+/)
    if (name === '' || secret === '' || more.length > 0)
      throw unusable('cattle.keyFile', keyFile, 'it does not hold an access key and its secret key')
    return { name, secret }
  }
  if (accessKeyFile !== undefined && secretKeyFile !== undefined)
    return {
      name: await secretFile('cattle.accessKeyFile', accessKeyFile),
      secret: await secretFile('cattle.secretKeyFile', secretKeyFile),
    }
  const { CATTLE_ACCESS_KEY: name = '', CATTLE_SECRET_KEY: secret = '' } = environment
  return name === '' ? undefined : { name, secret }
}

/** That of Rancher's own database: of its file, else of the variable that Rancher itself has it in. Rejects with `PREFLIGHT.CATTLE`. */
export async function serverPassword(
  { passwordFile }: CattleServerEntry,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (passwordFile !== undefined) return secretFile('cattle.server.passwordFile', passwordFile)
  const { CATTLE_DB_CATTLE_PASSWORD: password = '' } = environment
  if (password !== '') return password
  throw new SalvageError('PREFLIGHT.CATTLE', "nothing says the password of Rancher's own database", {
    hint: 'name its file as cattle.server.passwordFile, or set CATTLE_DB_CATTLE_PASSWORD',
    untouched: true,
  })
}

/** What a file holds, without the blanks around it. Rejects with `PREFLIGHT.CATTLE`, also for an empty one. */
async function secretFile(setting: string, file: string): Promise<string> {
  let text: string
  try {
    text = (await readFile(file, 'utf8')).trim()
  } catch (error) {
    throw unusable(setting, file, errorText(error))
  }
  if (text === '') throw unusable(setting, file, 'it is empty')
  return text
}

function unusable(setting: string, file: string, why: string): SalvageError {
  return new SalvageError('PREFLIGHT.CATTLE', `${setting} cannot be used: ${file}`, {
    why,
    hint: 'make it a file with that alone, readable by salvage-kit',
    untouched: true,
  })
}
