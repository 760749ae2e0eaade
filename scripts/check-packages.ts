import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { conclude } from './source-files.ts'

const unpublished: ReadonlySet<unknown> = new Set(
  globSync('{packages,apps}/*/package.json')
    .map((path): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8')))
    .filter((manifest) => manifest['private'] === true)
    .map((manifest) => manifest['name']),
)

/** Checks every package that is published as its readers will get it: publint on its files, attw on its types. */
async function problemsOf(manifestPath: string): Promise<readonly string[]> {
  const folder = dirname(manifestPath)
  const manifest: Record<string, unknown> = JSON.parse(readFileSync(manifestPath, 'utf8'))
  if (manifest['private'] === true) return []
  const { messages } = await publint({ pkgDir: folder, pack: 'pnpm', strict: true })
  const problems = messages.map((message) => `${folder}: ${String(formatMessage(message, manifest))}`)
  problems.push(...absent(manifest).map((name) => `${folder}: needs ${name}, which is not published`))
  // A program has no types for anybody to import.
  if (manifest['bin'] !== undefined && manifest['exports'] === undefined) return problems
  const attw = promisify(execFile)('attw', [
    '--pack',
    folder,
    '--profile',
    'esm-only',
    '--format',
    'ascii',
    '--no-emoji',
  ])
  const failure = await attw.then(
    () => [],
    (error: unknown) => [
      `${folder}: ${error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)}`,
    ],
  )
  return [...problems, ...failure]
}

/** What it needs at run time that nobody can install. */
function absent(manifest: Record<string, unknown>): readonly string[] {
  const needed = manifest['dependencies']
  return typeof needed === 'object' && needed !== null
    ? Object.keys(needed).filter((name) => unpublished.has(name))
    : []
}

const problems: string[] = []
for (const path of globSync('{packages,apps}/*/package.json').toSorted()) problems.push(...(await problemsOf(path)))
conclude('packages', problems)
