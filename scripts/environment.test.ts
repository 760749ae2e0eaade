import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
/** A shell may take it for no name and drop it: then a copy is not encrypted, and nobody hears of it. */
const HYPHENS = { 'BACKUP_DUPLICITY_encrypt-key': 'a key', 'BACKUP_DUPLICITY_target-path': '/below' }
const NODE = `#!${process.execPath}
console.log(process.argv[2] === '--version' ? process.version : JSON.stringify(process.env))
`

test.each(['salvage-kit', 'image/salvage-kit'])('%s hands on variables with hyphens in their names', async (script) => {
  using directory = temporaryDirectory()
  const at = (path: string): string => join(directory.path, path)
  // A checkout that is built, and a node that says what it was given.
  for (const path of ['scripts', 'node_modules', 'image', 'apps/cli/dist/bundle', 'bin'])
    await mkdir(at(path), { recursive: true })
  for (const path of [script, 'scripts/set-up.sh']) await cp(join(ROOT, path), at(path))
  for (const path of ['apps/cli/dist/bundle/main.js', 'node_modules/.salvage-kit-built']) await writeFile(at(path), '')
  await writeFile(at('bin/node'), NODE)
  await chmod(at('bin/node'), 0o755)
  const env = { ...process.env, ...HYPHENS, PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` }
  const { stdout } = await promisify(execFile)(at(script), ['explain'], { env })
  expect(JSON.parse(stdout)).toMatchObject(HYPHENS)
})
