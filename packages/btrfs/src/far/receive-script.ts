import { readFile } from 'node:fs/promises'

/**
 * The text of `salvage-kit-receive`, for `sh -c`. With a directory it is the far side of a send; with `only` and a
 * directory it receives the stream on its input there, out of which no path of that stream leads.
 */
export async function receiveScript(): Promise<string> {
  return readFile(new URL('../../share/salvage-kit-receive', import.meta.url), 'utf8')
}
