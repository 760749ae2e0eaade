import { readFile } from 'node:fs/promises'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { Authorization } from '../client/line.ts'

/** Prefixes differ between the kinds of token, and there will be more of them. */
const TOKEN = /^[^\s:]+:[^\s:]+$/

/**
 * The header of the token in a file. The file is read each time: a token that is replaced in place is the one that counts.
 * Rejects with `RANCHER.TOKEN`, which never repeats what is in the file.
 */
export function tokenOfFile(path: string): Authorization {
  return async () => `Bearer ${await readToken(path)}`
}

async function readToken(path: string): Promise<string> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new SalvageError('RANCHER.TOKEN', `the file of Rancher's token cannot be read: ${path}`, {
      why: errorText(error),
      untouched: true,
    })
  }
  const token = text.trim()
  if (TOKEN.test(token)) return token
  throw new SalvageError('RANCHER.TOKEN', `${path} holds no token of Rancher`, {
    why: token === '' ? 'it is empty' : 'it is not a name and a secret with one ":" between them',
    hint: 'write the bearer token into it that Rancher shows when an API key is made, such as token-abcde:…',
    untouched: true,
  })
}
