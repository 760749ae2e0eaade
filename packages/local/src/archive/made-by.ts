import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { tarVersion } from './tar/gnu-tar.ts'

const manifest = z.object({ version: z.string() })

/** What makes an archive on this machine: this package and the tar, with their versions. */
export async function madeBy(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return `salvage-kit ${manifest.parse(JSON.parse(text)).version}, ${await tarVersion()}`
}
