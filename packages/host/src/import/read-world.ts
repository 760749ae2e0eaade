import { readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join, resolve } from 'node:path'
import { errorText, findingOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { EnvFile, ForeignContainer, ForeignWorld } from './foreign.ts'
import { composeContainers } from './from/compose.ts'
import { engineContainers } from './from/engine.ts'
import { parseEnvFile } from './from/env-file.ts'

/** Where another tool's configuration stands. */
export interface ImportSource {
  /** A compose file; without one, and without files of variables, the engine is asked. */
  readonly compose?: string | undefined
  readonly envFiles: readonly string[]
  /** The tool's own file of settings. */
  readonly settingsFile?: string | undefined
  /** Of the engine; default: `DOCKER_HOST`. */
  readonly host?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where relative paths start. */
  readonly directory: string
}

/**
 * Reads what another tool is configured by; changes nothing. Rejects with `IMPORT.UNREADABLE` for a file, and with
 * `PREFLIGHT.DOCKER` when the engine does not answer.
 */
export async function readWorld(source: ImportSource, options: CallOptions): Promise<ForeignWorld> {
  options.signal.throwIfAborted()
  const envFiles = source.envFiles.map((file) => envFile(resolve(source.directory, file), source.environment))
  const settingsFile =
    source.settingsFile === undefined ? {} : { settingsFile: settingsIn(source, source.settingsFile) }
  return { containers: await containersOf(source, options), envFiles, envFilesIn, ...settingsFile }
}

async function containersOf(source: ImportSource, options: CallOptions): Promise<readonly ForeignContainer[]> {
  const { compose, environment, directory, host } = source
  if (compose !== undefined)
    return composeContainers({ file: resolve(directory, compose), environment, readFile: textOf })
  if (source.envFiles.length > 0 || source.settingsFile !== undefined) return []
  const { dockerodeEngine } = await import('@salvage-kit/docker')
  try {
    return await engineContainers(dockerodeEngine(host === undefined ? {} : { host }), options)
  } catch (error) {
    options.signal.throwIfAborted()
    throw new SalvageError('PREFLIGHT.DOCKER', `the containers cannot be read: ${errorText(error)}`, {
      ...(findingOf(error).why === undefined ? {} : { why: findingOf(error).why }),
      hint: 'name a compose file with --compose FILE, or files of variables with --env-file FILE',
      cause: error,
    })
  }
}

function settingsIn({ directory }: ImportSource, name: string): NonNullable<ForeignWorld['settingsFile']> {
  const text = textOf(resolve(directory, name))
  if (text !== undefined) return { name, text }
  throw new SalvageError('IMPORT.UNREADABLE', `${name}: it cannot be read`, {
    hint: 'name a file of settings that this user may read',
  })
}

function envFile(file: string, environment: ImportSource['environment']): EnvFile {
  const text = textOf(file)
  if (text === undefined)
    throw new SalvageError('IMPORT.UNREADABLE', `${file}: it cannot be read`, {
      hint: 'name a file of KEY=value lines that this user may read',
    })
  return { name: bareName(file), env: parseEnvFile(text, { file, environment }) }
}

function envFilesIn(directory: string): readonly EnvFile[] | undefined {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => join(directory, name))
      .toSorted()
      .map((file) => ({ name: bareName(file), env: parseEnvFile(readFileSync(file, 'utf8'), { file }) }))
  } catch (error) {
    if (isSalvageError(error)) throw error
    return undefined
  }
}

/** `.env` has no name but its ending. */
function bareName(file: string): string {
  return basename(file, extname(file)).replace(/^\.+/, '')
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
