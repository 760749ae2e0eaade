import { readFile, stat } from 'node:fs/promises'
import { errorText, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { NamedCrane } from './settings-of.ts'
import type { TarEntry } from './tar.ts'

/** Where a crane finds its secrets. */
export const SECRETS_PATH = '/run/secrets'
const LONGEST = 65_536

/** A secret of a crane. */
export interface Secret {
  readonly name: string
  readonly content: Uint8Array
}

/** Reads the secrets of a crane. Rejects with `CRANE.SECRET`, which names the file and nothing of its content. */
export async function readSecrets({ name: crane, settings }: NamedCrane): Promise<readonly Secret[]> {
  const secrets: Secret[] = []
  for (const [name, path] of Object.entries(settings.secrets ?? {}))
    secrets.push({ name, content: await readSecret(path, (why) => unreadable(crane, name, why)) })
  return secrets
}

/** As entries of a tar for the root of the container. */
export function secretEntries(secrets: readonly Secret[]): readonly TarEntry[] {
  if (secrets.length === 0) return []
  const directory = SECRETS_PATH.slice(1)
  return [{ path: `${directory}/` }, ...secrets.map(({ name, content }) => ({ path: `${directory}/${name}`, content }))]
}

async function readSecret(path: string, refuse: (why: string) => SalvageError): Promise<Uint8Array> {
  let content: Uint8Array
  try {
    const found = await stat(path)
    if (!found.isFile()) throw refuse(`${path} is not a file`)
    if (found.size > LONGEST) throw refuse(`${path} has more than ${String(LONGEST)} bytes`)
    content = await readFile(path)
  } catch (error) {
    if (isSalvageError(error)) throw error
    throw refuse(errorText(error))
  }
  if (content.length === 0) throw refuse(`${path} is empty`)
  return content
}

function unreadable(crane: string, secret: string, why: string): SalvageError {
  return new SalvageError('CRANE.SECRET', `the secret ${secret} of the crane ${JSON.stringify(crane)} cannot be read`, {
    why,
    hint: 'check the path, and that the user who runs salvage-kit may read it',
  })
}
